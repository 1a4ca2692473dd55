// Reads, writes and follows the record with types that openapi-typescript made.
//
// node walk.ts http://127.0.0.1:8000 TOKEN
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.ts";

type Position = components["schemas"]["Position"];

// Changes can also be read as an event stream, tables as files; here all is JSON.
type Json = "application/json" | "application/problem+json";

const [baseUrl, token] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };
const readers = createClient<paths, Json>({ baseUrl });
const writers = createClient<paths, Json>({ baseUrl, headers });

const { data: page } = await readers.GET("/api/v1/positions/", {
  params: {
    query: { issue: ["territory"], party: ["ukraine", "russia"], expand: ["party", "citations.source"] },
  },
});
const positions = page?.results as Position[];
assert.deepEqual(positions.map((position) => position.party).sort(), ["russia", "ukraine"]);
const ukraine = positions.find((position) => position.party === "ukraine");
assert(ukraine);
assert.equal(ukraine.stance, "opposes");
assert.equal(ukraine.expand?.party?.name, "Ukraine");
assert(ukraine.expand?.citations?.results[0]?.quote);

const { data: citations, response: listed } = await writers.GET("/api/v1/citations/", {
  params: { query: { record: `positions/${ukraine.slug}`, limit: 1 } },
});
const citation = citations?.results[0] as components["schemas"]["Citation"];
const since = Number(listed.headers.get("Feed-Position"));

const made = await writers.POST("/api/v1/positions/", {
  params: { header: { "Change-Reason": "A first note." } },
  body: {
    negotiation: ukraine.negotiation,
    party: ukraine.party,
    issue: ukraine.issue,
    stance: "opposes",
    basis: "implied",
    claim: "Ukraine gives up no territory, a page noted.",
    citations: [
      { source: citation.source, quote: citation.quote, before: citation.before, after: citation.after },
    ],
  },
});
assert.equal(made.response.status, 201, JSON.stringify(made.error));
const { slug } = made.data as Position;
const first = made.response.headers.get("ETag") ?? "";

const path = { slug };
const changed = await writers.PATCH("/api/v1/positions/{slug}/", {
  params: { path, header: { "If-Match": first } },
  body: { stance: "doubts" },
});
assert.equal(changed.data?.stance, "doubts");

const stale = await writers.PATCH("/api/v1/positions/{slug}/", {
  params: { path, header: { "If-Match": first } },
  body: { stance: "open" },
});
assert.equal(stale.error?.code, "stale");
assert.equal(stale.error.current_version, changed.data.version);
assert.deepEqual(stale.error.changed, ["stance"]);

const batch: components["schemas"]["BatchCreate"] = {
  op: "create",
  collection: "parties",
  body: { name: "A party of a batch", kind: "state", identifiers: { wikidata: "Q212" } },
};
const batched = await writers.POST("/api/v1/batch/", {
  params: { query: { dry_run: true } },
  body: { operations: [batch, { op: "update", collection: "positions", slug, version: 2, body: { note: "Read." } }] },
});
assert.equal(batched.response.status, 200, JSON.stringify(batched.error));

const gone = await writers.DELETE("/api/v1/positions/{slug}/", {
  params: { path, header: { "If-Match": changed.response.headers.get("ETag") ?? "" } },
});
assert.equal(gone.response.status, 204, JSON.stringify(gone.error));

const { data: changes } = await writers.GET("/api/v1/changes/", {
  params: { query: { after: since, kind: ["positions"] } },
});
const told = changes?.results.filter((change) => change.slug === slug);
assert.deepEqual(told?.map((change) => change.action), ["created", "updated", "deleted"]);
console.log("read, written, followed");
