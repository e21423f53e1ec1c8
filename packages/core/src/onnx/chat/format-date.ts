const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const pad = (value: number, length = 2): string => String(value).padStart(length, "0");

/** What each directive of Python's `strftime` writes, in the C locale and UTC. */
const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => pad(date.getUTCFullYear(), 4),
  y: (date) => pad(date.getUTCFullYear() % 100),
  m: (date) => pad(date.getUTCMonth() + 1),
  B: (date) => MONTHS[date.getUTCMonth()]!,
  b: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  d: (date) => pad(date.getUTCDate()),
  A: (date) => DAYS[date.getUTCDay()]!,
  a: (date) => DAYS[date.getUTCDay()]!.slice(0, 3),
  H: (date) => pad(date.getUTCHours()),
  I: (date) => pad(date.getUTCHours() % 12 || 12),
  p: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  M: (date) => pad(date.getUTCMinutes()),
  S: (date) => pad(date.getUTCSeconds()),
  Z: () => "",
  "%": () => "%",
};

/**
 * Formats a date as Python's `strftime` does, in the C locale and UTC. "%-d" omits the leading zero.
 * @throws Error for a directive that is not known.
 */
export function formatDate(date: Date, format: string): string {
  return format.replace(/%(-?)(.)/gsu, (directive, minus: string, letter: string) => {
    const write = DIRECTIVES[letter];
    if (!write) throw new Error(`strftime_now does not know the directive ${directive}`);
    return minus === "" ? write(date) : write(date).replace(/^0+(?=\d)/, "");
  });
}
