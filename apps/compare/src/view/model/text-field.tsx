interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly placeholder: string;
  /** What the value was understood as. */
  readonly note?: string | undefined;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A field for a name or an address, with what is wrong with it. */
export function TextField({ id, label, help, placeholder, note, value, problem, onChange }: TextFieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode="url"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={placeholder}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-help ${id}-problem`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p id={`${id}-problem`} class="problem" role="alert">
        {problem}
      </p>
      {note !== undefined && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      {help !== undefined && (
        <p id={`${id}-help`} class="hint">
          {help}
        </p>
      )}
    </div>
  );
}
