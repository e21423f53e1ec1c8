import { cacheCases } from "./cache-cases.ts";
import { connectionCases } from "./connection-cases.ts";
import { downloadCases } from "./download-cases.ts";
import { hubFixture, type HubSetting } from "./hub-fixture.ts";
import { refusalCases } from "./refusal-cases.ts";

/** The cases that hold for every environment and every storage. */
export function hubCases(setting: HubSetting): void {
  const fixture = hubFixture(setting);
  downloadCases(fixture);
  connectionCases(fixture);
  refusalCases(fixture);
  cacheCases(fixture);
}
