import { checkOperation } from "./failures.js";
import type { Reply } from "./reply.js";
import type { FakeOperation } from "./router.js";
import { isRecord } from "./utilities.js";

/**
 * How responses of an operation differ from the OpenAPI documents:
 * - `pointer` and `value`: another value at these places, such as `/people/*` followed by `/age`; without a `value`, none;
 * - `status`: another status, from 200 to 599;
 * - `mediaType`: another media type.
 */
export type FakeDriftChange =
  | { readonly pointer: string; readonly value?: unknown }
  | { readonly status: number }
  | { readonly mediaType: string };

/** Makes responses differ from the OpenAPI documents, to see what `drift()` of `@livedata/sdk/drift` reports. */
export interface FakeDrift {
  /**
   * Changes all successful responses of an operation from now on.
   *
   * @param operation an `operationId` of the OpenAPI documents, such as `searchPeople`
   * @param change how they differ. A `pointer` is a JSON pointer, in which `*` stands for each item of an array
   * @throws {RangeError} if the operation or the change is invalid.
   * @example fake.drift.add("searchPeople", { pointer: "/took", value: 12 });
   */
  add(operation: FakeOperation, change: FakeDriftChange): void;
  /** Removes all changes. */
  clear(): void;
}

/** The changes of responses. */
export interface DriftPlan {
  readonly control: FakeDrift;
  /** Returns the reply with the changes of its operation. */
  apply(operation: FakeOperation, reply: Reply): Reply;
}

/** Creates a plan without changes. */
export function createDriftPlan(operations: readonly FakeOperation[]): DriftPlan {
  const planned = new Map<FakeOperation, FakeDriftChange[]>();
  return {
    apply(operation, reply) {
      const changes = (reply.status ?? 200) < 300 ? (planned.get(operation) ?? []) : [];
      return changes.reduce(changed, reply);
    },
    control: {
      add(operation, change) {
        checkOperation(operation, operations);
        checkChange(change);
        planned.set(operation, [...(planned.get(operation) ?? []), change]);
      },
      clear: () => planned.clear(),
    },
  };
}

function checkChange(change: unknown): void {
  const { pointer, value, status, mediaType, ...others } = isRecord(change) ? change : {};
  const isPlace = typeof pointer === "string" && /^(\/.*)?$/s.test(pointer) && isJson(value);
  const isStatus = Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
  const isMediaType = typeof mediaType === "string" && /^[!-~]+\/[ -~]+$/.test(mediaType);
  const ways = [pointer, status, mediaType].filter((way) => way !== undefined);
  const isOneWay = ways.length === 1 && (value === undefined || isPlace) && Object.keys(others).length === 0;
  if (isOneWay && (isPlace || isStatus || isMediaType)) return;
  throw new RangeError(
    "change must be { pointer, value } with a JSON pointer and a value of JSON, { status } with a status from 200 to 599, or { mediaType }",
  );
}

function isJson(value: unknown): boolean {
  try {
    return value === undefined || JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

function changed(reply: Reply, change: FakeDriftChange): Reply {
  if ("status" in change) return { ...reply, status: change.status };
  if ("mediaType" in change) return { ...reply, headers: { ...reply.headers, "Content-Type": change.mediaType } };
  const keys = change.pointer.split("/").slice(1);
  const decoded = keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  // A copy, since the body has objects of the store.
  return { ...reply, body: replaced(reply.body, decoded, change.value) };
}

function replaced(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(node)) {
    return node.map((item, index) => (key === "*" || key === String(index) ? replaced(item, rest, value) : item));
  }
  if (!isRecord(node) || (rest.length > 0 && !Object.hasOwn(node, key))) return node;
  const { [key]: member, ...others } = node;
  const inner = replaced(member, rest, value);
  return inner === undefined ? others : { ...others, [key]: inner };
}
