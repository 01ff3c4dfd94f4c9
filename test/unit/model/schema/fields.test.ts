import { describe, expect, test } from "vitest";
import type { z } from "zod";
import * as measure from "../../../../model/schema/measure.ts";
import * as text from "../../../../model/schema/text.ts";

interface Field {
  readonly schema: z.ZodType;
  readonly accepted: readonly unknown[];
  /** By the phrase that completes "expected …". */
  readonly refused: Readonly<Record<string, readonly unknown[]>>;
}

const longName = "a".repeat(40);

const names: Record<string, Field> = {
  name: {
    schema: text.name,
    accepted: ["a", "payment-gateway", "a1", longName],
    refused: {
      "a name of at most 40 lower-case letters, digits and single hyphens that begins with a letter (it becomes part of a DNS label, RFC 1035)":
        ["", "A", "1a", "-a", "a-", "a_b", "a.b", "a--b", `${longName}a`, "a\n", "../a", "é"],
      "a name": [1, null, {}],
    },
  },
  dnsLabel: {
    schema: text.dnsLabel,
    accepted: ["a", "1", "a".repeat(63)],
    refused: {
      "a DNS label of at most 63 lower-case letters, digits and hyphens (RFC 1123)": [
        "",
        "a".repeat(64),
        "-a",
        "a.b",
        "A",
      ],
    },
  },
  hostname: {
    schema: text.hostname,
    accepted: ["a", "orders-db.data.svc", "10.0.0.1"],
    refused: {
      "a host name such as orders-db.data.svc, in lower case (RFC 1123)": [
        "",
        "a..b",
        ".a",
        "a.",
        "A.b",
        "a_b",
        "a/b",
        `${"a".repeat(64)}.b`,
      ],
    },
  },
  labelKey: {
    schema: text.labelKey,
    accepted: ["app", "app.kubernetes.io/name", "A_b.c"],
    refused: {
      "a label's key such as app or app.kubernetes.io/name": [
        "",
        "/a",
        "a/",
        "a..b/c",
        "a/b/c",
        "-a",
        "a".repeat(64),
        `${"a".repeat(254)}/a`,
      ],
    },
  },
  labelValue: {
    schema: text.labelValue,
    accepted: ["", "a", "A_b.c-1", "a".repeat(63)],
    refused: {
      "a label's value of at most 63 letters, digits, -, _ and .": ["-a", "a-", "a b", "a+b", "a".repeat(64)],
    },
  },
  variable: {
    schema: text.variable,
    accepted: ["A", "_a1"],
    refused: {
      "a variable's name: letters, digits and underscores, not a digit first": [
        "",
        "1A",
        "A-B",
        "A.B",
        "A=B",
        "A".repeat(129),
      ],
    },
  },
  eventType: {
    schema: text.eventType,
    accepted: ["com.example.shop.order.created", "order"],
    refused: {
      "an event type such as com.example.shop.order.created (CloudEvents 1.0)": [
        "",
        ".a",
        "a.",
        "a..b",
        "a b",
        "a".repeat(254),
      ],
    },
  },
};

const versions: Record<string, Field> = {
  version: {
    schema: text.version,
    accepted: ["2.4.1", "1.0.0-rc.1", "0.0.0"],
    refused: {
      "a version such as 2.4.1 (Semantic Versioning 2.0.0), without build metadata": [
        "2.4",
        "v2.4.1",
        "2.4.1+7",
        "01.0.0",
        " 2.4.1",
        "../1.0.0",
        "",
      ],
      "a version that ends with a letter or digit (it becomes a label's value)": ["1.0.0-rc-"],
      "a version of at most 63 characters (it becomes a label's value)": [`1.0.0-${"a".repeat(58)}`],
      "a version in quotes, such as 2.4.1": [2.4],
    },
  },
  versionRange: {
    schema: text.versionRange,
    accepted: ["*", "^1.2.0", ">=3.2 <4", "1 || 2", "~2.4"],
    refused: {
      'a range of versions such as ^1.2.0 or ">=3.2 <4" (as npm writes them)': ["", " ", "latest", ">=x.y.z.w", "^^1"],
      "a range of at most 128 characters": ["1 ".repeat(65)],
      "a range of versions in quotes, such as ^1.2.0": [14],
    },
  },
  image: {
    schema: text.image,
    accepted: [
      `registry.example.com/shop/a@sha256:${"0".repeat(64)}`,
      `localhost:5000/a__b-c.d@sha256:${"f".repeat(64)}`,
    ],
    refused: {
      "an image by digest: registry/repository@sha256:<64 hex digits>, without a tag": [
        "registry.example.com/a:1",
        "registry.example.com/a",
        `a@sha256:${"0".repeat(64)}`,
        `r.example.com/a:1@sha256:${"0".repeat(64)}`,
        `r.example.com/A@sha256:${"0".repeat(64)}`,
        `r.example.com/a..b@sha256:${"0".repeat(64)}`,
        `r..com/a@sha256:${"0".repeat(64)}`,
        `r.example.com/../a@sha256:${"0".repeat(64)}`,
        `r.example.com/a@sha256:${"0".repeat(63)}`,
        `r.example.com/a@sha256:${"F".repeat(64)}`,
      ],
    },
  },
};

const places: Record<string, Field> = {
  urlPath: {
    schema: text.urlPath,
    accepted: ["/", "/payments", "/a/%20b/", "/a.b/..c"],
    refused: {
      "a path that begins with /, of the characters that URLs allow, without query or fragment": [
        "",
        "a",
        "/a?b",
        "/a#b",
        "/a b",
        "/%zz",
        "/a\n",
        "/é",
        "/a\\b",
        `/${"a".repeat(1024)}`,
      ],
      "a path without //, . or .. segments, encoded ones included": [
        "//",
        "/a//b",
        "/../a",
        "/a/.",
        "/%2e%2E/a",
        "/a%2Fb",
        "/a%5cb",
        "/a%00",
      ],
    },
  },
  url: {
    schema: text.url,
    accepted: [
      "http://inventory.erp.svc",
      "https://a.example.com:8443/v1",
      "http://10.0.0.1/",
      "http://[fd00::1]:80/x",
    ],
    refused: {
      "a URL that begins with http:// or https:// (RFC 3986; letters beyond ASCII encoded)": [
        "",
        "inventory.erp.svc",
        "ftp://a",
        "http:a",
        " http://a",
        "http://a\n",
        "javascript:1",
        "file:///etc/passwd",
        "http://é.example",
      ],
      "a URL without user, password, query or fragment (secrets belong into patchbay:credentials)": [
        "https://u:p@a",
        "https://@a",
        "https://a/?key=1",
        "https://a/#x",
        "https://a?",
      ],
      "a URL with a host name or address, and a port from 1 to 65535 if any": [
        "http://a:0",
        "http://a:99999",
        "http://a..svc",
        "http://a.$(x).svc",
        "http://a.-b.svc",
        "http://a_b",
      ],
    },
  },
  port: {
    schema: text.port,
    accepted: [1, 8080, 65_535],
    refused: { "a port: a whole number from 1 to 65535": [0, -1, 65_536, 80.5, "80", null] },
  },
  cidr: {
    schema: text.cidr,
    accepted: ["10.20.0.0/16", "fd00::/8", "0.0.0.0/0"],
    refused: { "a CIDR such as 10.20.0.0/16": ["10.20.0.0", "10.20.0.0/33", "300.0.0.0/8", "fd00::/129", "a/8", ""] },
  },
};

const amounts: Record<string, Field> = {
  cpu: {
    schema: measure.cpu,
    accepted: ["1m", "250m", "2", "0.5", "0.001"],
    refused: {
      "at least 1m of CPU": ["0m", "0", "0.000", "000m"],
      'an amount of CPU such as 250m, or "2" in quotes (Kubernetes quantity: cores, or m for thousandths)': [
        2,
        "",
        "-1",
        "1.5m",
        "0.0005",
        "1e3",
        "2 ",
        "∞",
      ],
    },
  },
  memory: {
    schema: measure.memory,
    accepted: ["4Mi", "256Mi", "1Gi", "500M", "1024Ti"],
    refused: {
      "at least 4Mi of memory": ["0Mi", "1Mi", "4M", "100k"],
      "at most 1024Ti of memory": ["1025Ti", "999999999Ti"],
      "an amount of memory such as 256Mi (Kubernetes quantity with Ki, Mi, Gi, Ti, k, M, G or T)": [
        "256",
        "256MB",
        "256m",
        "1.5Gi",
        "",
        "-1Gi",
        "256mi",
      ],
    },
  },
  duration: {
    schema: measure.duration,
    accepted: ["300ms", "60s", "1.5h", "30d"],
    refused: {
      "a duration of more than none": ["0s", "0.000s", "0ms"],
      "a duration such as 300ms, 60s, 30m or 2h": ["60", "1w", "-1s", "1 s", ""],
    },
  },
  deadline: {
    schema: measure.deadline,
    accepted: ["1s", "1000ms", "1.5m", "7d"],
    refused: { "a duration of whole seconds from 1s to 7d": ["300ms", "1.5s", "8d", "999999d"] },
  },
  patience: {
    schema: measure.patience,
    accepted: ["300ms", "1h"],
    refused: { "a duration of at most 1h": ["61m", "2h"] },
  },
  percent: {
    schema: measure.percent,
    accepted: ["0%", "99.9%", "100%"],
    refused: {
      "a percentage of at most 100%": ["101%", "100.0001%"],
      "a percentage such as 99.9%": ["99.9", "-1%", "%", ""],
    },
  },
  positivePercent: {
    schema: measure.positivePercent,
    accepted: ["0.1%"],
    refused: { "a percentage above 0%": ["0%", "0.00%"] },
  },
  wholePercent: {
    schema: measure.wholePercent,
    accepted: ["0%", "25%", "100%"],
    refused: { "a whole percentage from 0% to 100%": ["12.5%", "00%", "101%", "25"] },
  },
};

describe.each(Object.entries({ ...names, ...versions, ...places, ...amounts }))(
  "%s",
  (_, { schema, accepted, refused }) => {
    test.each(accepted)("takes %j", (value) => {
      expect(schema.safeParse(value)).toEqual({ success: true, data: value });
    });

    const refusals = Object.entries(refused).flatMap(([expected, values]) =>
      values.map((value) => ({ value, expected })),
    );
    test.each(refusals)("refuses $value: $expected", ({ value, expected }) => {
      expect(new Set(schema.safeParse(value).error?.issues.map(({ message }) => message))).toEqual(new Set([expected]));
    });
  },
);

test("amounts are read as numbers", () => {
  expect(["250m", "2", "0.5"].map(measure.milliCpu)).toEqual([250, 2000, 500]);
  expect(["4Mi", "1Gi", "500M"].map(measure.bytes)).toEqual([4_194_304, 1_073_741_824, 500_000_000]);
  expect(["300ms", "60s", "1.5h", "2d"].map(measure.seconds)).toEqual([0.3, 60, 5400, 172_800]);
  expect(["99.9%", "1%", "100%"].map(measure.ratio)).toEqual([0.999, 0.01, 1]);
});
