use super::{
    super::{Monitor, Watch},
    Ports,
};

const HEAD: &str = "\
# Probes of the services, made by `vigie monitors emit --format kubernetes`: patches of Deployments whose names and whose
# containers' names are those of the programs: `patches` of a kustomization, or one by one for `kubectl patch`. Put into
# Deployments by both, 1.32, and tried in no cluster.
#
# The kubelet asks the address of the pod: `api.listen` and `ops.listen` must not be on 127.0.0.1 there. It sees the status
# and no body, so it restarts what hangs and knows nothing of what is served: watch that from outside as well.
";

pub(super) fn emit(monitors: &[Monitor], ports: Ports) -> String {
    let has = |is: fn(&Watch) -> bool| monitors.iter().any(|monitor| is(&monitor.watch));
    let mut pieces = vec![HEAD.to_owned()];
    for monitor in monitors {
        if let Watch::Web { .. } = monitor.watch {
            pieces.push(format!("# Not watched here: {}.\n", monitor.name));
        }
    }
    if has(|watch| matches!(watch, Watch::Health { .. })) {
        pieces.push(deployment("vigie-api", ports.api));
    }
    if has(|watch| matches!(watch, Watch::Heartbeat { .. })) {
        pieces.push(deployment("vigie-sync", ports.sync));
    }
    pieces.concat()
}

fn deployment(name: &str, port: u16) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  template:
    spec:
      containers:
        - name: {name}
          # Until it answers for the first time, at most a minute.
          startupProbe:
            httpGet: {{ path: /livez, port: {port} }}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 30
          # Restarted when it hangs; a lost database does not come back sooner for that.
          livenessProbe:
            httpGet: {{ path: /livez, port: {port} }}
            periodSeconds: 10
            timeoutSeconds: 2
            failureThreshold: 3
          readinessProbe:
            httpGet: {{ path: /readyz, port: {port} }}
            periodSeconds: 5
            timeoutSeconds: 2
            failureThreshold: 2
"
    )
}
