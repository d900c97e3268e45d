import { createLiveData, type LiveData, unwrap } from "@livedata/sdk";

let client: LiveData | undefined;

export default async function Profile({ params }: { params: Promise<{ id: string }> }): Promise<string> {
  client ??= createLiveData();
  const { id } = await params;
  return unwrap(await client.people.GET("/person/{id}", { params: { path: { id } } })).name ?? "";
}
