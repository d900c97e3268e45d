import { LiveDataError, type LiveDataErrorOptions } from "./live-data-error.js";

/** 403: the account or API key may not do this on this organization. */
export class PermissionDeniedError extends LiveDataError {
  protected static override readonly code = "permission_denied";
  declare readonly code: "permission_denied";
  override readonly name = "PermissionDeniedError";

  /** The role on the organization that the operation needs at least, such as `editor`; undefined where none is documented. */
  readonly role: string | undefined;

  constructor(message: string, options: LiveDataErrorOptions & { readonly role?: string | undefined } = {}) {
    super(message, options);
    this.role = options.role;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), role: this.role };
  }
}
