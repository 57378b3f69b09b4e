import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  Module,
  NotFoundException,
  Param,
  UseGuards,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BearerGuard } from '../deliver/bearer.guard.js';
import { PUBLISHED_NAMES, type PublishedName, publishedSchema } from '../schema/json-schema.js';

/** Delivery's guard as it is, wherever in the application it was made. */
@Injectable()
class TokenGuard implements CanActivate {
  constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.modules.get(BearerGuard, { strict: false }).canActivate(context);
  }
}

/** The JSON Schemas that events name in `dataschema`. With a token, like everything under `/v1`. */
@Controller('v1/schemas')
@UseGuards(TokenGuard)
class SchemaController {
  readonly #schemas = new Map(PUBLISHED_NAMES.map((name) => [name, JSON.stringify(publishedSchema(name))]));

  @Get(':type')
  @Header('Content-Type', 'application/schema+json')
  schema(@Param('type') type: string): string {
    const schema = this.#schemas.get(type as PublishedName);
    if (schema === undefined) throw new NotFoundException();
    return schema;
  }
}

@Module({ controllers: [SchemaController] })
export class DocsModule {}
