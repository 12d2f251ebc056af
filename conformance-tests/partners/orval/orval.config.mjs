import { defineConfig } from "orval";

export default defineConfig({
  inbox: {
    input: "openapi.yaml",
    output: {
      target: "generated/adraa-inbox.ts",
      client: "fetch",
      urlEncodeParameters: true,
      baseUrl: { runtime: "process.env.ADRAA_BASE_URL" },
    },
  },
});
