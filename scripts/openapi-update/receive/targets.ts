import path from "node:path";
import { unescapeSegment } from "../../generate/json-pointer.js";
import { printable, printableUrl } from "./printable.js";

/** A reference taken apart: the file, as a path from the root, and what in it. */
export interface Target {
  readonly file: string;
  /** The keys that lead there. */
  readonly segments: readonly string[];
  /** The JSON pointer as it was written. */
  readonly pointer: string;
}

/** Why a reference cannot be followed. */
export interface Refusal {
  readonly rule: string;
  readonly message: string;
}

/** Takes a reference apart that stands in `file`, a path from the root with forward slashes. */
export function parseTarget(file: string, reference: string): Target | Refusal {
  const hash = reference.indexOf("#");
  const relative = hash === -1 ? reference : reference.slice(0, hash);
  const pointer = hash === -1 ? "" : reference.slice(hash + 1);
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(relative)) {
    return { rule: "remote-ref", message: `Refer to a file, not to ${printableUrl(relative)}.` };
  }
  if (/^[/\\]/.test(relative)) {
    return { rule: "absolute-ref", message: `Refer to a file by a relative path, not to ${printable(relative)}.` };
  }
  if (/[\\?\p{Cc}]/u.test(relative)) {
    const message = `${printable(relative.replace(/\?.*/s, "?…"))} is no relative path with forward slashes.`;
    return { rule: "invalid-ref", message };
  }
  const segments = parsePointer(pointer);
  if (segments === undefined) {
    const message = `Cannot resolve ${printable(reference)}: after the # goes a JSON pointer such as /components/schemas/Person; \`$anchor\` and the like are unknown to openapi-typescript.`;
    return { rule: "no-unresolved-refs", message };
  }
  const target = relative === "" ? file : path.posix.join(path.posix.dirname(file), relative);
  return { file: target, segments, pointer };
}

function parsePointer(pointer: string): string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  return pointer
    .slice(1)
    .split("/")
    .map((segment) => unescapeSegment(decode(segment)));
}

/** `%zz` encodes nothing, so it stands for itself and leads nowhere. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
