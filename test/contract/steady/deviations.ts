import type { RecordedRequest } from "../recordings.js";
import type { Verdict } from "../verdicts.js";

/** A known case in which Steady gives a wrong verdict. */
export interface Deviation {
  readonly name: string;
  readonly matches: (request: RecordedRequest, documents: Verdict, steady: Verdict) => boolean;
  readonly reason: string;
}

/** A deviation that no longer occurs is an error, so that it gets removed. */
export const deviations: readonly Deviation[] = [
  {
    name: "non-ASCII value",
    matches: ({ body }, documents, steady) =>
      !documents.isValid && steady.problems[0] === "500" && /\P{ASCII}/u.test(body ?? ""),
    reason: "Steady quotes the rejected value in a header, and responds 500 if the value is not valid in a header",
  },
];
