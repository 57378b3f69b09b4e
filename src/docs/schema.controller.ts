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
import { PUBLISHED_NAMES, publishedSchema } from '../schema/json-schema.js';

/** The JSON Schemas that events name in `dataschema`. With a token, like everything under `/v1`. */
@Controller('v1/schemas')
@UseGuards(BearerGuard)
class SchemaController {
  /** Those that were asked for. */
  readonly #schemas = new Map<string, string>();

  @Get(':type')
  @Header('Content-Type', 'application/schema+json')
  schema(@Param('type') type: string, @Query() query: QueryString): string {
    parseQuery(noQuery, query);
    const name = PUBLISHED_NAMES.find((one) => one === type);
    if (name === undefined) throw new NotFoundException();
    const schema = this.#schemas.get(name) ?? JSON.stringify(publishedSchema(name));
    this.#schemas.set(name, schema);
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
