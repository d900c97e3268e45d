import type { Service } from "../base-urls.js";
import { type Observer, safeObserver } from "../events.js";
import type { Evidence } from "../generated/request-schemas.js";

/** A difference between a response and the OpenAPI documents. It has types and names. */
export interface DriftFinding {
  readonly service: Service;
  /** Method and path of the operation, such as `POST /search`. */
  readonly operation: string;
  readonly status: number;
  /** JSON pointer, in which `*` stands for any index, and for a key that is not named. Empty for the whole body. */
  readonly pointer: string;
  readonly kind: "enum" | "media_type" | "missing" | "status" | "type" | "unknown_key";
  /** What the documents say, such as `string | null`. */
  readonly expected: string;
  /**
   * The type in the response, such as `integer`. For `enum` it is `*`, or the value itself if it looks like an identifier and
   * three responses had it.
   */
  readonly seen: string;
  /** How what the documents say is known. */
  readonly evidence: Evidence;
  /** In how many of the responses that were checked; for what is not named, how many of them. */
  readonly count: number;
}

/** Something that the documents infer, and that works: the API answered with a status of 2xx. */
export interface DriftConfirmation {
  readonly service: Service;
  readonly operation: string;
  readonly status: number;
  readonly kind: "confirmed";
  /** What is inferred: the operation itself, its base URL, a part of its request, or its response. */
  readonly part: "base_url" | "body" | "operation" | "query" | "response";
  /** Which part of it, as a JSON pointer; for a base URL, the one in the documents. */
  readonly pointer: string;
  readonly evidence: "inferred";
  /** In how many of the responses that were checked. */
  readonly count: number;
}

/** What was seen in one response. */
export type Observation = (Omit<DriftConfirmation, "count"> | Omit<DriftFinding, "count">) & {
  /** An unknown key or value, which is named only if it may be: the last part of `pointer`, or `seen`. */
  readonly name?: unknown;
};

type Counted = Omit<DriftConfirmation, "count"> | Omit<DriftFinding, "count">;

/** In how many responses a key or a value must be seen before it is named. */
const NAMED_FROM = 3;
const MAX_NAME = 40;
/** How many names are counted of one place, and how many kinds in all. A map has any number of keys. */
const MAX_NAMES = 50;
const MAX_KINDS = 1_000;

/** Words of letters, in camelCase or snake_case, and a short number. Ids, addresses and full names are no identifiers. */
const IDENTIFIER = /^[A-Za-z][a-z]*(?:_[a-z]+|[A-Z][a-z]*)*_?\d{0,2}$/;

/** Counts what was seen, and reports each kind once. */
export class Tally {
  readonly #kinds = new Map<string, { readonly of: Counted; count: number }>();
  /** How often each key or value was seen that may be named, by the kind it is unnamed in. */
  readonly #names = new Map<string, Map<string, number>>();
  readonly #report: Observer<DriftConfirmation | DriftFinding>;

  constructor(report: Observer<DriftConfirmation | DriftFinding>) {
    this.#report = safeObserver(report);
  }

  /** Counts what was seen in one response. */
  add(observations: readonly Observation[]): void {
    const once = new Map(observations.map((each) => [JSON.stringify(each), each]));
    for (const { name, ...of } of once.values()) {
      if (name === undefined) this.#count(of, 1);
      else this.#addUnnamed(of, name);
    }
  }

  /** Returns everything, with its counts. */
  all(): readonly (DriftConfirmation | DriftFinding)[] {
    return [...this.#kinds.values()].filter(({ count }) => count > 0).map(({ of, count }) => ({ ...of, count }));
  }

  #addUnnamed(of: Counted, name: unknown): void {
    const key = JSON.stringify(of);
    const names = this.#names.get(key) ?? new Map<string, number>();
    this.#names.set(key, names);
    const mayBeNamed = typeof name === "string" && name.length <= MAX_NAME && IDENTIFIER.test(name);
    if (!mayBeNamed || (!names.has(name) && names.size === MAX_NAMES)) {
      this.#count(of, 1);
      return;
    }
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    if (count < NAMED_FROM) this.#count(of, 1);
    else if (count > NAMED_FROM) this.#count(named(of, name), 1);
    else {
      this.#count(of, 1 - count);
      this.#count(named(of, name), count);
    }
  }

  #count(of: Counted, by: number): void {
    const key = JSON.stringify(of);
    const kind = this.#kinds.get(key);
    if (kind) {
      kind.count += by;
      return;
    }
    if (this.#kinds.size === MAX_KINDS) return;
    this.#kinds.set(key, { of, count: by });
    this.#report({ ...of, count: by });
  }
}

function named(of: Counted, name: string): Counted {
  return of.kind === "enum" ? { ...of, seen: name } : { ...of, pointer: of.pointer.replace(/\*$/, name) };
}
