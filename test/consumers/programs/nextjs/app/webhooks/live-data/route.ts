import { isLiveDataError, verifyWebhook } from "@livedata/sdk";

export async function POST(request: Request): Promise<Response> {
  try {
    const { name } = await verifyWebhook(request, "the token that you chose");
    return Response.json({ noted: name });
  } catch (error) {
    if (!isLiveDataError(error) || error.code !== "webhook") throw error;
    return new Response(null, { status: error.reason === "token" ? 401 : 400 });
  }
}
