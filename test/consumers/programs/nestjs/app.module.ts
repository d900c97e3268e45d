import { createLiveData } from "@livedata/sdk";
import { Module } from "@nestjs/common";
import { LIVE_DATA } from "./live-data.token";
import { PeopleController } from "./people.controller";
import { WebhookController } from "./webhook.controller";

@Module({
  controllers: [PeopleController, WebhookController],
  providers: [{ provide: LIVE_DATA, useFactory: () => createLiveData() }],
})
export class AppModule {}
