# One image for the server and for the agent; what it does is said by its command.
FROM node:20-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN node scripts/ensure.mjs && npm prune --omit=dev

FROM node:20-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends openssh-client && rm -rf /var/lib/apt/lists/* \
  && mkdir -p /data && chown node /data
WORKDIR /app
COPY --from=build /app ./
USER node
VOLUME /data
ENTRYPOINT ["node", "build/server/cli/main.js"]
CMD ["server", "start", "--host", "0.0.0.0", "--data", "/data", "--agent", "none"]
