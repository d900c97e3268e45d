import type { Figures } from "./scenarios.js";
import type { Cell } from "./table.js";

/** The outcome of one scenario: its figure, or the error that the client threw. */
export interface Outcome<Figure> {
  readonly figure?: Figure;
  readonly error?: unknown;
  /** Unhandled rejections during the scenario. */
  readonly unhandled: number;
}

export type Outcomes = { readonly [Name in keyof Figures]: Outcome<Figures[Name]> };

const UNHANDLED = "causes unhandled rejections, which end a Node process by default";
const NO_RESEND = "does not refresh on a 401: no call is resent, and all 100 fail";
const NO_LEEWAY = "refreshes a token only when it has expired or is about to, so a longer outage fails calls";

const renderers: { readonly [Name in keyof Figures]: (figure: Figures[Name]) => Cell } = {
  cold: count,
  stale: ({ exchanges, failed }) => {
    if (exchanges === 0 && failed === 100) return { text: "–", notes: [NO_RESEND] };
    return { text: failed > 0 ? `${exchanges} (${failed} fail)` : String(exchanges) };
  },
  outage: ({ attempts, failed }) => ({
    text: `${attempts} / ${failed}`,
    notes: attempts === 0 ? [NO_LEEWAY] : [],
  }),
  ttl60: count,
  rejected: count,
  leak: (leak) => ({ text: leak }),
};

/** Returns the cells of one client, in the order of the scenarios. */
export function cellsOf(outcomes: Outcomes): Cell[] {
  return [
    cell(outcomes.cold, renderers.cold),
    cell(outcomes.stale, renderers.stale),
    cell(outcomes.outage, renderers.outage),
    cell(outcomes.ttl60, renderers.ttl60),
    cell(outcomes.rejected, renderers.rejected),
    cell(outcomes.leak, renderers.leak),
  ];
}

function cell<Figure>({ figure, error, unhandled }: Outcome<Figure>, render: (figure: Figure) => Cell): Cell {
  const { text, notes = [] } = figure === undefined ? { text: nameOf(error) } : render(figure);
  return { text, notes: unhandled > 0 ? [...notes, UNHANDLED] : notes };
}

/** Only the name, because the message may contain a secret. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function count(figure: number): Cell {
  return { text: String(figure) };
}
