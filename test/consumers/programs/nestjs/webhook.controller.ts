import { verifyWebhook } from "@livedata/sdk";
import { Controller, Get, HttpCode, Post, Req } from "@nestjs/common";
import type { Request } from "express";

@Controller()
export class WebhookController {
  private readonly moves: (string | null | undefined)[] = [];

  @Post("webhooks/live-data")
  @HttpCode(204)
  async receive(@Req() request: Request): Promise<void> {
    const { name } = await verifyWebhook(request, "the token that you chose");
    this.moves.push(name);
  }

  @Get("moves")
  list(): (string | null | undefined)[] {
    return this.moves;
  }
}
