interface SegmentsProps<Choice extends string> {
  readonly name: string;
  readonly label: string;
  readonly choices: Readonly<Record<Choice, string>>;
  readonly chosen: Choice;
  readonly onChoose: (choice: Choice) => void;
}

/** A segmented control: a few choices, of which one is selected. */
export function Segments<Choice extends string>({ name, label, choices, chosen, onChoose }: SegmentsProps<Choice>) {
  return (
    <fieldset class="segments">
      <legend class="sr-only">{label}</legend>
      {(Object.keys(choices) as Choice[]).map((choice) => (
        <label key={choice}>
          <input type="radio" name={name} checked={chosen === choice} onChange={() => onChoose(choice)} />
          <span>{choices[choice]}</span>
        </label>
      ))}
    </fieldset>
  );
}
