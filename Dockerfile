# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json client/

# What is built, with all dependencies: the service, the simulator, the pages.
FROM base AS build
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY . .
RUN npm run build && rm -rf dist/test dist/bench dist/.tsbuildinfo

# What runs needs only those of production, and of them no types, source maps and manuals; licences have to go with what
# they are of. TypeScript comes as an optional peer of a package that uses it when it compiles.
FROM base AS dependencies
RUN npm ci --omit=dev --workspaces=false --no-audit --no-fund --ignore-scripts \
    && rm -rf node_modules/typescript node_modules/@pitel-event-bridge \
    && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) \
        ! -iname 'licen[cs]e*' ! -iname 'notice*' ! -iname 'copying*' -delete

FROM node:24-bookworm-slim
# Metrics have a port of their own, which need not be published: on that of the clients everybody could read them.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    METRICS_PORT=9464
WORKDIR /app
# Owned by root: what runs as `node` can read its code and change none of it.
COPY --from=base /app/package.json ./
COPY LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The store reads its Lua scripts at run time; tsc does not copy them.
COPY --from=build /app/src/store/redis/lua ./src/store/redis/lua
COPY --from=build /app/public ./public
# By number, so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 3000 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that it gets SIGTERM and can finish its commits.
CMD ["node", "dist/bridge/main.js"]
