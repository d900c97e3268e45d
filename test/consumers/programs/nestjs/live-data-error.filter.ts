import { type AnyLiveDataError, LiveDataError } from "@livedata/sdk";
import { type ArgumentsHost, Catch, type ExceptionFilter } from "@nestjs/common";
import type { Response } from "express";

@Catch(LiveDataError)
export class LiveDataErrorFilter implements ExceptionFilter<AnyLiveDataError> {
  catch(error: AnyLiveDataError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().sendStatus(statusOf(error));
  }
}

function statusOf(error: AnyLiveDataError): number {
  if (error.code === "not_found") return 404;
  if (error.code === "webhook") return error.reason === "token" ? 401 : 400;
  return error.retryable ? 503 : 502;
}
