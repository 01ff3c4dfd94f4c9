import { type Data, shopCredentials, shopEnvironment, shopPlugins, shopServices } from "../documents.ts";
import { message } from "../problems.ts";
import { type Fault, gateway, stack } from "./fault.ts";

const point = `${stack}plugins.payment-gateway.bindings.`;

function withServices(changes: Data) {
  return { environment: shopEnvironment({ services: shopServices(changes) }) };
}

function boundTo(bindings: Data) {
  return { plugins: shopPlugins({ "payment-gateway": { release: "2.4.1", bindings } }) };
}

const { orders, inventory, fraud } = shopServices() as Record<"orders" | "inventory" | "fraud", Data>;

export const bindings: readonly Fault[] = [
  {
    name: "an integration point without a service, where none would fit",
    documents: { ...withoutService("fraud"), credentials: withoutCredentials("fraud") },
    code: "service-missing",
    messages: [
      message(
        `${stack}environment.services.fraud`,
        "nothing",
        `an HTTP service that offers fraud-detection ^1.0.0 for payment-gateway 2.4.1 (${gateway}: integrations.fraud)`,
        "declare the service in this environment",
      ),
    ],
  },
  {
    name: "an integration point without a service, where others would fit",
    documents: boundTo({ orders: "order" }),
    code: "service-missing",
    messages: [
      message(
        `${stack}environment.services.order`,
        "nothing",
        `a postgresql service >=14 for payment-gateway 2.4.1 (${gateway}: integrations.orders)`,
        "bind it to orders by patchbay:plugins.payment-gateway.bindings.orders, or declare the service",
      ),
    ],
  },
  {
    name: "a service whose name is a member that every object inherits",
    documents: boundTo({ orders: "constructor" }),
    code: "service-missing",
    messages: [
      message(
        `${stack}environment.services.constructor`,
        "nothing",
        `a postgresql service >=14 for payment-gateway 2.4.1 (${gateway}: integrations.orders)`,
        "bind it to orders by patchbay:plugins.payment-gateway.bindings.orders, or declare the service",
      ),
    ],
  },
  {
    name: "a service of another type",
    documents: withServices({ orders: { ...orders, type: "mysql" } }),
    code: "service-mismatch",
    messages: [
      message(
        `${point}orders`,
        'service "orders" is of type mysql',
        `postgresql (${gateway}: integrations.orders.service)`,
        "bind it to a postgresql service",
      ),
    ],
  },
  {
    name: "a service with another API",
    documents: withServices({ inventory: { ...inventory, api: "warehouse" } }),
    code: "service-mismatch",
    messages: [
      message(
        `${point}inventory`,
        'service "inventory" offers API warehouse',
        `inventory (${gateway}: integrations.inventory.api)`,
        "bind it to a service that offers inventory",
      ),
    ],
  },
  {
    name: "an API whose version is out of range",
    documents: withServices({ inventory: { ...inventory, version: "3.0.1" } }),
    code: "service-mismatch",
    messages: [
      message(
        `${point}inventory`,
        'service "inventory" offers API inventory 3.0.1',
        `^2.0.0 (${gateway}: integrations.inventory.version)`,
        "bind it to a service with inventory ^2.0.0, or choose a payment-gateway that works with 3.0.1",
      ),
    ],
  },
  {
    name: "a database whose version is out of range",
    documents: withServices({ orders: { ...orders, version: "13.11.0" } }),
    code: "service-mismatch",
    messages: [
      message(
        `${point}orders`,
        'service "orders" is postgresql 13.11.0',
        `>=14 (${gateway}: integrations.orders.version)`,
        "bind it to a service with postgresql >=14, or choose a payment-gateway that works with 13.11.0",
      ),
    ],
  },
  {
    name: "a service that asks for another authentication",
    documents: {
      ...withServices({ fraud: { ...fraud, auth: { type: "none" } } }),
      credentials: withoutCredentials("fraud"),
    },
    code: "auth-mismatch",
    messages: [
      message(
        `${point}fraud`,
        'service "fraud" asks for auth none',
        `apiKey (${gateway}: integrations.fraud.auth)`,
        "correct auth of the service, or choose a payment-gateway that authenticates by none",
      ),
    ],
  },
  {
    name: "a binding of an integration point that does not exist",
    documents: boundTo({ order: "orders" }),
    code: "binding-unknown",
    messages: [
      message(
        `${point}order`,
        "an integration point that payment-gateway 2.4.1 does not have",
        `one of orders, inventory, fraud (${gateway}: integrations)`,
        "did you mean orders?",
      ),
    ],
  },
  {
    name: "a binding of a plugin without integration points",
    documents: { plugins: shopPlugins({ "tax-calculator": { release: "1.3.0", bindings: { orders: "orders" } } }) },
    code: "binding-unknown",
    messages: [
      message(
        `${stack}plugins.tax-calculator.bindings.orders`,
        "an integration point that tax-calculator 1.3.0 does not have",
        "no bindings (catalog/tax-calculator/1.3.0.yaml has no integrations)",
        "remove it",
      ),
    ],
  },
  {
    name: "credentials that a bound service asks for and nobody gave",
    documents: { credentials: shopCredentials({ orders: { username: "shop" } }) },
    code: "credentials-missing",
    messages: [
      message(
        `${stack}credentials.orders.password`,
        "nothing",
        'the password that service "orders" asks for',
        "pulumi config set --secret --path 'patchbay:credentials.orders.password' -s dev",
      ),
    ],
  },
  {
    name: "credentials of an unknown service",
    documents: { credentials: shopCredentials({ frauds: { key: "x" } }) },
    code: "credentials-unknown",
    messages: [
      message(
        `${stack}credentials.frauds`,
        "credentials of a service that the environment does not declare",
        "the name of a service under patchbay:environment.services",
        "did you mean fraud?",
      ),
    ],
  },
  {
    name: "an unknown entry of credentials",
    documents: { credentials: shopCredentials({ fraud: { key: "x", Key2: "y" } }) },
    code: "credentials-unknown",
    messages: [message(`${stack}credentials.fraud.Key2`, 'the unknown key "Key2"', "one of key", "did you mean key?")],
  },
];

function withoutService(name: string) {
  const services = Object.fromEntries(Object.entries(shopServices()).filter(([key]) => key !== name));
  return { environment: shopEnvironment({ services }) };
}

function withoutCredentials(name: string) {
  return Object.fromEntries(Object.entries(shopCredentials()).filter(([key]) => key !== name));
}
