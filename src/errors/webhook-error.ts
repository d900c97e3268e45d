import { LiveDataError, type LiveDataErrorOptions } from "./live-data-error.js";

/**
 * Why a request to a webhook is not to be believed:
 * - `token`: it does not bear the token that was chosen; answer it with 401;
 * - `body`: it does, but its body is no contact; answer it with 400.
 */
export type WebhookErrorReason = "body" | "token";

/** A request to a webhook is not to be believed. */
export class WebhookError extends LiveDataError {
  protected static override readonly code = "webhook";
  declare readonly code: "webhook";
  override readonly name = "WebhookError";

  /** Why it is not to be believed. */
  readonly reason: WebhookErrorReason;

  constructor(message: string, options: LiveDataErrorOptions & { readonly reason: WebhookErrorReason }) {
    super(message, options);
    this.reason = options.reason;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason };
  }
}
