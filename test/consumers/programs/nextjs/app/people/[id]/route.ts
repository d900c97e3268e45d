import { LiveDataError, unwrap } from "@livedata/sdk";
import { livedata } from "../../../live-data";

export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  try {
    const person = unwrap(await livedata().people.GET("/person/{id}", { params: { path: { id } } }));
    return Response.json({ name: person.name, company: person.position?.company?.name });
  } catch (error) {
    if (!(error instanceof LiveDataError)) throw error;
    return new Response(null, { status: error.code === "not_found" ? 404 : 502 });
  }
}
