import type { Bundle } from "../../generate/document.js";
import { factsOf } from "../../generate/operation-facts.js";
import type { DocumentChange } from "./documents.js";

type Change = Omit<DocumentChange, "operation">;

const ROLES: readonly unknown[] = [undefined, "viewer", "editor", "administrator"];

/**
 * Compares what the SDK does with an operation, which its types do not show: `x-role`, `x-idempotent`, and whether it
 * costs credits. Operations that only one of the documents has are left out.
 */
export function compareFacts(before: Bundle, after: Bundle): DocumentChange[] {
  const [old, now] = [factsOf(before), factsOf(after)];
  return Object.entries(old).flatMap(([operation, facts]) =>
    [...changesOf(facts, now[operation] ?? facts)].map((change) => ({ operation, ...change })),
  );
}

function* changesOf(before: Bundle, after: Bundle): Generator<Change> {
  const { method, body, role, isIdempotent, isPaid, preview } = after;
  // Programs pass the arguments in their order: path parameters, body, options.
  if (!before["body"] && body) {
    yield { bump: "major", message: `its method \`${method}\` takes a body before the options now` };
  }
  if (before["role"] !== role) yield roleChange(before["role"], role);
  if (before["isIdempotent"] !== isIdempotent) {
    const message = isIdempotent
      ? "is idempotent now, so that a call that may have arrived is sent again"
      : "is no longer idempotent, so that a call that may have arrived is not sent again";
    yield { bump: "minor", message };
  }
  // The types accept `maxCredits` only if an operation costs credits.
  if (before["isPaid"] !== isPaid) {
    yield isPaid
      ? { bump: "minor", message: "costs credits now, and takes `maxCredits`" }
      : { bump: "major", message: "no longer costs credits, and no longer takes `maxCredits`" };
  }
  if (before["preview"] !== preview) {
    const message = preview
      ? `has a preview now, \`${preview}\`, which \`maxCredits\` asks first`
      : "has no preview any more, so that `maxCredits` goes by the most that a call could cost";
    yield { bump: "minor", message };
  }
}

/** A higher role breaks calls that a lower role could make. */
function roleChange(before: unknown, after: unknown): Change {
  const bump = before !== undefined && ROLES.indexOf(after) > ROLES.indexOf(before) ? "major" : "minor";
  const now = after === undefined ? "no longer says which role it needs" : `needs the role \`${after}\` now`;
  return { bump, message: before === undefined ? now : `${now}; it was \`${before}\`` };
}
