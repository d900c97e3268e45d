/** What the worker of a run tells its page. */
export type Message = PrintedLine | SentRequest | ThrownError | Finished;

/** A call of `console`. */
export interface PrintedLine {
  readonly type: "printed";
  readonly level: "debug" | "error" | "info" | "log" | "warn";
  readonly text: string;
}

/** A request that a fake received. */
export interface SentRequest {
  readonly type: "request";
  readonly method: string;
  readonly path: string;
  /** Undefined if the request got no response. */
  readonly status: number | undefined;
  /** Why it was refused, as the response says. */
  readonly refusal: string | undefined;
  /** Credits that it used. */
  readonly used: string | undefined;
  /** Credits that the call would cost, of which this was a preview. */
  readonly cost: string | undefined;
}

/** An error that the example did not catch. */
interface ThrownError {
  readonly type: "thrown";
  readonly text: string;
}

/** The end of the example's code. Its timers may still run. */
interface Finished {
  readonly type: "finished";
  /** In ms. */
  readonly duration: number;
}
