import { type Bundle, isRecord } from "../../generate/document.js";
import { factsOf } from "../../generate/operation-facts.js";

/** A change of what the SDK does with an operation, which its types do not show. */
export interface FactChange {
  /** `POST /search`. */
  readonly operation: string;
  readonly bump: "minor" | "major";
  readonly message: string;
}

const ROLES: readonly unknown[] = [undefined, "viewer", "editor", "administrator"];

/**
 * Compares the facts of operations: method, `x-role`, `x-idempotent`, and whether they cost credits. Operations that only
 * one of the documents has are left out.
 */
export function compareFacts(before: Bundle, after: Bundle): FactChange[] {
  const old = factsOf(before);
  const now = factsOf(after);
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((operation) => hasOperation(before, operation) && hasOperation(after, operation))
    .flatMap((operation) =>
      changes(old[operation] ?? {}, now[operation] ?? {}).map((change) => ({ operation, ...change })),
    );
}

function changes(before: Bundle, after: Bundle): Omit<FactChange, "operation">[] {
  return [
    ...methodChanges(before, after),
    ...roleChanges(before["role"], after["role"]),
    ...(before["isIdempotent"] === after["isIdempotent"] ? [] : [idempotenceChange(after["isIdempotent"] === true)]),
    ...(before["isPaid"] === after["isPaid"] ? [] : [costChange(after["isPaid"] === true)]),
    ...(before["preview"] === after["preview"] ? [] : [previewChange(after["preview"])]),
  ];
}

/** Programs call the method by its name, with its arguments in their order: path parameters, body, options. */
function methodChanges(before: Bundle, after: Bundle): Omit<FactChange, "operation">[] {
  const changes: Omit<FactChange, "operation">[] = [];
  if (before["method"] !== after["method"]) {
    changes.push({ bump: "major", message: `its method \`${before["method"]}\` is called \`${after["method"]}\` now` });
  }
  if (!before["body"] && after["body"]) {
    changes.push({ bump: "major", message: `its method \`${after["method"]}\` takes a body before the options now` });
  }
  return changes;
}

/** A higher role breaks calls that a lower role could make. */
function roleChanges(before: unknown, after: unknown): Omit<FactChange, "operation">[] {
  if (before === after) return [];
  const bump = before !== undefined && ROLES.indexOf(after) > ROLES.indexOf(before) ? "major" : "minor";
  const now = after === undefined ? "no longer says which role it needs" : `needs the role \`${after}\` now`;
  return [{ bump, message: before === undefined ? now : `${now}; it was \`${before}\`` }];
}

function idempotenceChange(isIdempotent: boolean): Omit<FactChange, "operation"> {
  const message = isIdempotent
    ? "is idempotent now, so that a call that may have arrived is sent again"
    : "is no longer idempotent, so that a call that may have arrived is not sent again";
  return { bump: "minor", message };
}

/** The types accept `maxCredits` only if an operation costs credits. */
function costChange(isPaid: boolean): Omit<FactChange, "operation"> {
  return isPaid
    ? { bump: "minor", message: "costs credits now, and takes `maxCredits`" }
    : { bump: "major", message: "no longer costs credits, and no longer takes `maxCredits`" };
}

function previewChange(preview: unknown): Omit<FactChange, "operation"> {
  const message =
    preview === undefined
      ? "has no preview any more, so that `maxCredits` goes by the most that a call could cost"
      : `has a preview now, \`${preview}\`, which \`maxCredits\` asks first`;
  return { bump: "minor", message };
}

function hasOperation(bundle: Bundle, operation: string): boolean {
  const [method = "", path = ""] = operation.split(" ");
  const item = isRecord(bundle["paths"]) ? bundle["paths"][path] : undefined;
  return isRecord(item) && method.toLowerCase() in item;
}
