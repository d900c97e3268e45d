import { createLiveData, type LiveData, unwrap } from "@livedata/sdk";

export const fetchCache = "default-cache";

const clients = new Map<string, LiveData>();

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ client: string; id: string }> },
): Promise<Response> {
  const { client, id } = await params;
  const livedata = clients.get(client) ?? create(client);
  clients.set(client, livedata);
  const { name } = unwrap(await livedata.people.GET("/person/{id}", { params: { path: { id } } }));
  return Response.json({ name });
}

function create(client: string): LiveData {
  if (client === "force-cache") return createLiveData({ requestInitExt: { cache: "force-cache" } });
  if (client === "revalidate") return createLiveData({ requestInitExt: { next: { revalidate: 60 } } });
  if (client === "own-fetch") return createLiveData({ fetch: (request, ext) => fetch(request, ext) });
  const livedata = createLiveData();
  if (client === "middleware") livedata.people.use({ onRequest: ({ request }) => new Request(request) });
  return livedata;
}
