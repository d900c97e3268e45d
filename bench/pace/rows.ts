import { isQuick } from "../result.js";
import { LIMITERS, type Outcome, type Scenario } from "./simulate.js";

/** What a row promises of each scenario: the time over the minimum, or over that of equal distances, and rejections. */
interface Goal {
  readonly compared: "even" | "time";
  readonly time: number;
  readonly rejected: number;
}

/** A client and what the API says when it rejects a request. */
export interface Row {
  readonly title: string;
  /** The client, as `run.ts` knows it. */
  readonly client: string;
  readonly replies: readonly Pick<Scenario, "says" | "status">[];
  /** Of a row of this SDK: no call of it may fail. */
  readonly goal?: Goal;
}

/** How many clients make calls, and how. */
export interface Column {
  readonly title: string;
  readonly clients: number;
  readonly isFleet: boolean;
  readonly drive: Scenario["drive"];
}

const headers = replies("headers");
const retryAfter = replies("Retry-After");
const [bare429, bare503] = [replies("nothing", 429), replies("nothing", 503)];
const [two, ten] = ["openai, 2 retries", "openai, 10 retries"];
const [axiosRetry, aws] = ["axios-retry, exponentialDelay", "AWS SDK, adaptive retry mode"];
const slow = { compared: "time", time: 1 / 0.85, rejected: Infinity } as const;

/** Those of this SDK first. */
export const ROWS: readonly Row[] = [
  {
    title: "`rateLimit`, whatever the API says",
    client: "rateLimit",
    replies: [...bare429, ...headers.slice(0, 1)],
    goal: { compared: "even", time: 1 / 0.95, rejected: 1 },
  },
  {
    title: "`RateLimit` headers",
    client: "ours",
    replies: headers,
    goal: { compared: "time", time: 1 / 0.98, rejected: 5 },
  },
  { title: "`Retry-After`", client: "ours", replies: retryAfter, goal: slow },
  { title: "429 alone", client: "ours", replies: bare429, goal: slow },
  { title: "503 alone", client: "ours", replies: bare503, goal: slow },
  { title: "bottleneck at the limit, no retries", client: "bottleneck", replies: bare429 },
  ...[two, ten, axiosRetry, aws].flatMap((client) => [
    { title: `${client}: \`Retry-After\``, client, replies: retryAfter },
    { title: `${client}: 429 alone`, client, replies: bare429 },
  ]),
];

export const COLUMNS: readonly Column[] = [
  ...(["8 workers", "findMany", "Promise.all"] as const).map((drive) => columnOf(1, false, drive)),
  ...(["8 workers", "Promise.all"] as const).map((drive) => columnOf(4, false, drive)),
  ...(["8 workers", "Promise.all"] as const).map((drive) => columnOf(4, true, drive)),
];

export function isOurs({ goal }: Row): boolean {
  return goal !== undefined;
}

/** Whether a row has a cell in a column. A short run has few, and not a lone 503, which the SDK takes for an outage. */
export function hasCell(row: Row, { drive, clients, isFleet }: Column): boolean {
  if (!isOurs(row) && (isQuick || isFleet || drive === "findMany")) return false;
  if (isQuick && row.replies === bare503) return false;
  return !isQuick || (drive === "8 workers" && (clients === 1 || (isFleet && row.client === "rateLimit")));
}

/** Returns the scenarios of a cell. One client makes 2,400 calls, too, with the first reply. */
export function scenariosOf({ replies }: Row, { clients, drive, isFleet }: Column): Scenario[] {
  const limiters = Object.keys(LIMITERS).slice(0, isQuick && isFleet ? 1 : undefined);
  return limiters.flatMap((limiter) => {
    const few = (isQuick ? replies.slice(0, 1) : replies).map((reply) => ({ ...reply, calls: 600 }));
    const many = isQuick || clients > 1 ? [] : replies.slice(0, 1).map((reply) => ({ ...reply, calls: 2_400 }));
    return [...few, ...many].map((shape) => ({ ...shape, limiter, clients, drive }));
  });
}

/** Returns what misses its goal. Several clients that do not know of each other cannot keep to a rate together. */
export function missesOf({ goal }: Row, { clients, isFleet }: Column, outcome: Outcome): string[] {
  if (!goal) return [];
  const tolerance = isQuick ? 2 : 1;
  const budgets: [string, number, number][] = [["failed", outcome.failed, 0]];
  if (clients === 1 || isFleet) {
    budgets.push(["time", outcome[goal.compared], goal.time], ["rejected", outcome.rejected, goal.rejected]);
  }
  return budgets.flatMap(([name, value, most]) =>
    value <= most * tolerance ? [] : [`${name} ${value.toFixed(2)}, budget ${most.toFixed(2)}`],
  );
}

function replies(says: Scenario["says"], ...statuses: Scenario["status"][]): Row["replies"] {
  return (statuses.length > 0 ? statuses : ([429, 503] as const)).map((status) => ({ status, says }));
}

function columnOf(clients: number, isFleet: boolean, drive: Column["drive"]): Column {
  const who = clients === 1 ? "1 client" : isFleet ? `a fleet of ${clients}` : `${clients} clients`;
  return { title: `${who}: ${drive === "8 workers" ? drive : `\`${drive}\``}`, clients, isFleet, drive };
}
