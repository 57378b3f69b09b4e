import {
  Controller,
  type DynamicModule,
  Get,
  Header,
  Module,
  type ModuleMetadata,
  NotFoundException,
  Param,
  Query,
  UseGuards,
} from '@nestjs/common';
import { BearerGuard } from '../deliver/http/bearer.guard.js';
import { noQuery, parseQuery, type QueryString } from '../deliver/http/query.js';
import { PUBLISHED_NAMES, type PublishedName, publishedSchema } from '../schema/json-schema.js';

/** The JSON Schemas that events name in `dataschema`. With a token, like everything under `/v1`. */
@Controller('v1/schemas')
@UseGuards(BearerGuard)
class SchemaController {
  readonly #schemas = new Map(PUBLISHED_NAMES.map((name) => [name, JSON.stringify(publishedSchema(name))]));

  @Get(':type')
  @Header('Content-Type', 'application/schema+json')
  schema(@Param('type') type: string, @Query() query: QueryString): string {
    parseQuery(noQuery, query);
    const schema = this.#schemas.get(type as PublishedName);
    if (schema === undefined) throw new NotFoundException();
    return schema;
  }
}

@Module({ controllers: [SchemaController] })
export class DocsModule {
  /** `delivery` exports the guard that delivery itself uses. */
  static with(...delivery: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return { module: DocsModule, imports: delivery };
  }
}
