import { type LiveData, unwrap } from "@livedata/sdk";
import { Controller, Get, Inject, Param } from "@nestjs/common";
import { LIVE_DATA } from "./live-data.token";

@Controller("people")
export class PeopleController {
  constructor(@Inject(LIVE_DATA) private readonly livedata: LiveData) {}

  @Get(":id")
  async show(@Param("id") id: string): Promise<object> {
    const { name, position } = unwrap(await this.livedata.people.GET("/person/{id}", { params: { path: { id } } }));
    return { name, company: position?.company?.name };
  }
}
