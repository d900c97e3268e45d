import { type FakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { contractOf, judgeRequest, type OperationContract } from "./contract.js";
import { refusedForItsMeaning } from "./exceptions.js";
import type { RecordedRequest } from "./recordings.js";

/** Whether a request is valid, and why it is not. */
export interface Verdict {
  readonly isValid: boolean;
  readonly says: readonly string[];
}

/** What Ajv makes of a request, by the documents. */
export function askDocuments(contracts: readonly OperationContract[], request: RecordedRequest): Verdict {
  const contract = contractOf(contracts, request);
  if (!contract) throw new Error(`${request.target} is in no document`);
  const { problems } = judgeRequest(contract, request);
  return { isValid: problems.length === 0, says: problems };
}

/** What the kit makes of a request: it is valid unless it is answered 400, or that is for its meaning. */
export async function askKit(
  { fetch }: Pick<FakeLiveData, "fetch">,
  operation: string,
  request: RecordedRequest,
): Promise<Verdict> {
  const response = await fetch(`http://live-data.test${request.target}`, toInit(request));
  const body = await response.text();
  const isValid = response.status !== 400 || refusedForItsMeaning(operation, body) !== undefined;
  return { isValid, says: isValid ? [] : [body] };
}

/** A request as `fetch` sends it, with a good token. */
export function toInit({ method, headers, body }: RecordedRequest): RequestInit {
  const contentType = headers["content-type"];
  return {
    method,
    headers: {
      authorization: `Bearer ${fakeCredentials.apiKey}`,
      ...(contentType !== undefined && { "content-type": contentType }),
    },
    // A text would bring a media type of its own where none is given.
    ...(typeof body === "string" && { body: new TextEncoder().encode(body) }),
  };
}
