using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "bare", worker = .bare),
    (name = "recent", worker = .recent),
    (name = "loopback", network = (allow = ["local"])),
  ],
);

# From the time when Workers had no Node APIs.
const bare :Workerd.Worker = (
  modules = .modules,
  compatibilityDate = "2024-01-01",
  bindings = [.controlUrl, (name = "LACKS", json = "[\"Buffer\", \"process\"]")],
  globalOutbound = "loopback",
);

# Like a Worker created today.
const recent :Workerd.Worker = (
  modules = .modules,
  compatibilityDate = "2026-11-01",
  bindings = [.controlUrl, (name = "LACKS", json = "[]")],
  globalOutbound = "loopback",
);

const modules :List(Workerd.Worker.Module) = [(name = "worker", esModule = embed "worker.bundle.js")];
const controlUrl :Workerd.Worker.Binding = (name = "CONTROL_URL", fromEnvironment = "CONTROL_URL");
