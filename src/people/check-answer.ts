import { ProtocolError } from "../errors/protocol-error.js";
import { detailsOf } from "../errors/response-error.js";

/**
 * Refuses an answer that is not of the form that the helpers go by.
 *
 * @param holds whether it is
 * @param fault what is wrong with it, without anything of its body
 * @param response the response it came with
 * @throws a ProtocolError
 */
export function checkAnswer(holds: boolean, fault: string, response: Response): void {
  if (!holds) throw new ProtocolError(`${response.status}: ${fault}`, detailsOf(response));
}
