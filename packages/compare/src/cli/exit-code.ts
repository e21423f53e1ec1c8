/** Exit codes of the command. 130 is 128 + SIGINT, as shells expect. */
export const ExitCode = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
