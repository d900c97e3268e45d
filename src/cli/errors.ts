import { isLiveDataError, type LiveDataError } from "../index.js";
import { duration, printable } from "./terminal.js";

/** What the process ends with. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  credentials: 3,
  credits: 4,
  rateLimit: 5,
  interrupted: 130,
} as const;

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The command line, a file or the environment is wrong. Its message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command line itself is wrong, so that `--help` helps. */
export class ArgumentsError extends UsageError {}

/** Returns the exit code of an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return ExitCode.usage;
  if (!isLiveDataError(error)) return ExitCode.failed;
  switch (error.code) {
    case "configuration":
      return ExitCode.usage;
    case "session":
      return error.reason === "rejected" ? ExitCode.credentials : ExitCode.failed;
    case "authentication":
    case "permission_denied":
      return ExitCode.credentials;
    case "credits_exhausted":
    case "credit_limit":
      return ExitCode.credits;
    case "rate_limited":
      return ExitCode.rateLimit;
    case "aborted":
      return ExitCode.interrupted;
    default:
      return ExitCode.failed;
  }
}

/**
 * Returns what to print about an error. A bug is printed with its stack.
 *
 * @param body whether to add what the API says of the request; not where it may name people of a file
 */
export function explain(error: unknown, body: boolean): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (error.name === "AbortError" || (isLiveDataError(error) && error.code === "aborted")) return "Stopped";
  if (!isLiveDataError(error)) return "syscall" in error ? printable(error.message) : (error.stack ?? error.message);
  const said = body ? messageOf(error) : undefined;
  const { retryAfter } = error;
  return [
    WORDS.reduce((message, [code, words]) => message.replace(code, words), error.message.replace(ADVICE, "")),
    ...(said === undefined ? [] : [`The API says: ${said}`]),
    ...(retryAfter === undefined ? [] : [`Try again in ${duration(retryAfter / 1_000)}`]),
  ].join(". ");
}

/** What messages say to programs: members of the error, and a parameter of `findMany`. */
const ADVICE = / \(see `error\.body`\)|; quer[^;]* failed: to resume, pass `start: \d+`$/g;

/** What messages call options of code, and what it is here. */
const WORDS: readonly (readonly [code: RegExp, words: string])[] = [
  [
    /: pass the organization's id, such as "o_0123abcd" \(shown in the UI's Settings\), or set/,
    ". Its value is shown in the UI's Settings. Set",
  ],
  [/pass `serviceAccount\(\{ clientId, clientSecret \}\)`, or set/, "set"],
  [/(?:, or |: )pass (?:credentials as )?`auth`/, ""],
  [/check `orgId` \(LIVEDATA_ORG_ID\)/, "check LIVEDATA_ORG_ID"],
  [/`orgId`/, "The organization's id"],
  [/`auth` (?:is|are)/, "The credentials are"],
  [/`baseUrl`( \(LIVEDATA_BASE_URL\))?/, "LIVEDATA_BASE_URL"],
  [/`maxCredits`/, "--max-credits"],
  [/`params\.path\.\w+`/, "The argument"],
  [/check `clientId` and `clientSecret` \(([^)]*)\)/, "check $1"],
];

/** The longest text of the API that is printed, in characters. */
const MAX_MESSAGE = 500;

function messageOf({ body }: LiveDataError): string | undefined {
  const { message, error } = Object(body);
  const said: unknown = message ?? error;
  return typeof said === "string" && said !== "" ? printable(said).slice(0, MAX_MESSAGE) : undefined;
}
