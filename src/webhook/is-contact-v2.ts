import type { Contact, ContactV2 } from "../types.js";

/** What version 2 has in place of version 1's `company`, `title` and times. */
const MEMBERS = ["current_position", "person", "is_verified", "last_company_changed_at", "last_info_changed_at"];

/**
 * Tells the two versions of a contact apart, of which a webhook may get either: which it is, is not documented.
 *
 * @param contact what {@link verifyWebhook} gave
 * @returns Whether it is one of version 2, with its job in `current_position` instead of `company` and `title`.
 */
export function isContactV2(contact: Contact | ContactV2): contact is ContactV2 {
  return MEMBERS.some((member) => member in contact);
}
