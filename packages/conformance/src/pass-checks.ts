import type { DecodeEvent, ModelRole } from "@decodekit/core";
import { FORWARD_PHASES, MODEL_ROLES } from "@decodekit/core/toolkit";
import type { Check } from "./check.ts";
import { expect, expectSame } from "./expect.ts";
import { type Observation, observe, type Scenario, scenarios } from "./observe.ts";

/** Rule 8: passes can be counted from events alone. */
export const passChecks: readonly Check[] = [
  {
    rule: 8,
    name: "reports every pass by one forward-end, with its model, phase, positions and time",
    async run(subject) {
      const { requires, create } = subject;
      const hasHead = create().draftHead !== undefined && !requires.includes("draft");
      for (const scenario of scenarios(subject)) {
        const { events } = await observe(create(), scenario);
        for (const role of MODEL_ROLES) {
          const passes = scenario.fixture.models[role].passes().map(({ positions }) => positions);
          if (requires.includes(role)) {
            expectSame(reportedPositions(events, role), passes, `${scenario.name}: positions of the passes of the ${role} model`);
          } else expect(passes.length === 0, `${scenario.name}: ${passes.length} passes of the ${role} model, which is not required`);
        }
        const ofHead = scenario.fixture.models.causal.draftHead.passes().map(({ positions }) => positions);
        expectSame(
          hasHead ? reportedPositions(events, "draft") : [],
          ofHead,
          `${scenario.name}: positions of the passes of the draft head`,
        );
        for (const event of events.filter(isForwardEnd)) {
          expect(
            requires.some((role) => role === event.model) || (hasHead && event.model === "draft"),
            `${scenario.name}: a pass of "${event.model}", which is not required`,
          );
          expect(FORWARD_PHASES.includes(event.phase), `${scenario.name}: phase "${event.phase}"`);
          expect(
            event.milliseconds >= 0 && event.milliseconds < Infinity,
            `${scenario.name}: a pass of ${event.milliseconds} milliseconds`,
          );
        }
      }
    },
  },
  {
    rule: 8,
    name: "reports a pass before the events that follow from it",
    async run(subject) {
      for (const scenario of scenarios(subject)) checkOrder(await observe(subject.create(), scenario), scenario);
    },
  },
];

/** Checks that every pass is reported before any other event follows it. */
function checkOrder({ events, passesBefore }: Observation, { name }: Scenario): void {
  let reported = 0;
  for (const [index, event] of events.entries()) {
    if (isForwardEnd(event)) reported++;
    else expectSame(reported, passesBefore[index], `${name}: passes reported before event ${index} (${event.type})`);
  }
}

type ForwardEnd = Extract<DecodeEvent, { type: "forward-end" }>;

function isForwardEnd(event: DecodeEvent): event is ForwardEnd {
  return event.type === "forward-end";
}

function reportedPositions(events: readonly DecodeEvent[], role: ModelRole): readonly number[] {
  return events
    .filter(isForwardEnd)
    .filter(({ model }) => model === role)
    .map(({ positions }) => positions);
}
