import type { paths } from "../generated/stripe/ours/types.js";
import { connect } from "./client.js";

const { data } = await connect<paths>().GET("/v1/charges/{charge}", {
  params: { path: { charge: "ch_1" }, query: { expand: ["balance_transaction"] } },
});
// Nullable, and a reference or an id: what OpenAPI 3.0 says with `nullable` beside `anyOf`.
const settled: string | { id: string } | null | undefined = data?.balance_transaction;
const amount: number | undefined = data?.amount;
console.log(data?.id, amount, settled === null ? "unsettled" : "settled");
