import { language } from "./language.ts";

const integer = new Intl.NumberFormat(language);
const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const finest = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const percent = new Intl.NumberFormat(language, { style: "percent" });
const megabyte = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Numbers in the language of the page. */
export const format = {
  integer: (value: number) => integer.format(value),
  decimal: (value: number) => decimal.format(value),
  fine: (value: number) => fine.format(value),
  finest: (value: number) => finest.format(value),
  percent: (value: number) => percent.format(value),
  probability: (value: number) => (value > 0 && value < 0.001 ? "< 0.1 %" : `${decimal.format(100 * value)} %`),
  megabytes: (bytes: number) => `${megabyte.format(bytes / 1e6)} MB`,
  milliseconds: (value: number) =>
    value >= 1000
      ? `${fine.format(value / 1000)} s`
      : value >= 10
        ? `${integer.format(Math.round(value))} ms`
        : `${decimal.format(value)} ms`,
};
