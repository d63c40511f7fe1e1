# The service in an image: what only building needs stays behind in a stage of its own.
ARG NODE_IMAGE=node:20.20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# The lockfile first: while it stays the same, the installed packages come out of Docker's cache.
COPY package.json package-lock.json ./
# No package needs its install script here, so none is run.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
# The sandbox plays vendors for developers; the package leaves it out, too.
RUN node scripts/build.mjs && rm -r dist/sandbox

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production PORT=3000 IP_RISK_DATA_DIR=/data
WORKDIR /app
# Packed tables, copies of the feeds, and the embedded database where there is no DATABASE_URL: all that it writes. The
# rest of the file system may be read-only. A new volume takes over this folder's owner.
RUN install --directory --owner=node --group=node --mode=0700 /data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY config config
COPY package.json LICENSE ./
# The image's user "node", by number: orchestrators that insist on a user other than root do not look names up.
USER 1000:1000
VOLUME ["/data"]
EXPOSE 3000
# "live" and not "ready": whoever restarts by it would otherwise answer a vendor's outage with restarts.
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Exec form: the service is process 1 and hears the signal itself. It stops within 10 seconds.
CMD ["node", "dist/main.js"]
