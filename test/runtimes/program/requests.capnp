using Workerd = import "/workerd/workerd.capnp";

# The same Worker with two compatibility dates, each on a socket of its own. With the first one, a wait for the promise of a
# request that has ended hangs. With the second one, it is rejected.
const config :Workerd.Config = (
  services = [
    (name = "bare", worker = .bare),
    (name = "recent", worker = .recent),
    (name = "loopback", network = (allow = ["local"])),
  ],
  sockets = [
    (name = "bare", address = "127.0.0.1:0", http = (), service = "bare"),
    (name = "recent", address = "127.0.0.1:0", http = (), service = "recent"),
  ],
);

const bare :Workerd.Worker = (
  modules = .modules,
  compatibilityDate = "2024-01-01",
  bindings = [.apiUrl],
  globalOutbound = "loopback",
);

const recent :Workerd.Worker = (
  modules = .modules,
  compatibilityDate = "2026-11-01",
  bindings = [.apiUrl],
  globalOutbound = "loopback",
);

const modules :List(Workerd.Worker.Module) = [(name = "worker", esModule = embed "requests.bundle.js")];
const apiUrl :Workerd.Worker.Binding = (name = "API_URL", fromEnvironment = "API_URL");
