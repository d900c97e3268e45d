import { type FakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { contractOf, type OperationContract, validateRequest } from "./contract.js";
import { meaningExceptionFor } from "./exceptions.js";
import type { RecordedRequest } from "./recordings.js";

/** Whether a request is valid, and if not, why. */
export interface Verdict {
  readonly isValid: boolean;
  readonly problems: readonly string[];
}

/** Validates a request against the documents, with Ajv. */
export function documentsVerdict(contracts: readonly OperationContract[], request: RecordedRequest): Verdict {
  const contract = contractOf(contracts, request);
  if (!contract) throw new Error(`${request.target} is not documented`);
  const { problems } = validateRequest(contract, request);
  return { isValid: problems.length === 0, problems };
}

/** Sends a request to the fake. It is invalid if the fake responds 400, unless for a reason no schema can express. */
export async function fakeVerdict(
  { fetch }: Pick<FakeLiveData, "fetch">,
  operation: string,
  request: RecordedRequest,
): Promise<Verdict> {
  const response = await fetch(`http://live-data.test${request.target}`, toInit(request));
  const body = await response.text();
  const isValid = response.status !== 400 || meaningExceptionFor(operation, body) !== undefined;
  return { isValid, problems: isValid ? [] : [body] };
}

/** Converts a request to `fetch` options, with a valid token. */
export function toInit({ method, headers, body }: RecordedRequest): RequestInit {
  const contentType = headers["content-type"];
  return {
    method,
    headers: {
      authorization: `Bearer ${fakeCredentials.apiKey}`,
      ...(contentType !== undefined && { "content-type": contentType }),
    },
    // As a string, `fetch` would add a media type if there is none.
    ...(typeof body === "string" && { body: new TextEncoder().encode(body) }),
  };
}
