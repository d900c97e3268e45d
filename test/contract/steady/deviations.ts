import type { RecordedRequest } from "../recordings.js";
import type { Verdict } from "../verdicts.js";

/** Where Steady is known to say something else than the documents, and is wrong. */
export interface Deviation {
  readonly name: string;
  readonly isIt: (request: RecordedRequest, documents: Verdict, steady: Verdict) => boolean;
  readonly reason: string;
}

/** A deviation that is never seen is an error, so that none outlives its reason. */
export const deviations: readonly Deviation[] = [
  {
    name: "unquotable",
    isIt: ({ body }, documents, steady) =>
      !documents.isValid && steady.says[0] === "500" && /\P{ASCII}/u.test(body ?? ""),
    reason: "it quotes the value that it refuses in a header, and fails where no header can hold it",
  },
];
