"""Flink's configuration for one machine."""

HOST = "127.0.0.1"

CONFIG = """\
jobmanager.rpc.address: {host}
jobmanager.rpc.port: {rpc_port}
jobmanager.bind-host: {host}
rest.address: {host}
rest.bind-address: {host}
rest.port: {rest_port}
taskmanager.host: {host}
taskmanager.bind-host: {host}
taskmanager.numberOfTaskSlots: {slots}
cluster.evenly-spread-out-slots: true
io.tmp.dirs: {folder}/tmp
classloader.resolve-order: parent-first
# Flink's start script computes these sizes; the libraries do not include it.
taskmanager.cpu.cores: {slots}
taskmanager.memory.task.heap.size: 768m
taskmanager.memory.task.off-heap.size: 0
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.managed.size: 512m
taskmanager.memory.network.min: 256m
taskmanager.memory.network.max: 256m
taskmanager.memory.jvm-metaspace.size: 512m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
# Evaluations are graphs of hundreds of tasks, each with its own buffers. Sorted
# shuffles, which are meant for many more slots, use 512 buffers each.
taskmanager.network.sort-shuffle.min-parallelism: 1000
# Detects a lost TaskManager quickly and restarts its jobs.
heartbeat.interval: 1000
heartbeat.timeout: 20000
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 5
# Longer than workers are kept between stages; otherwise a job would find dead workers.
restart-strategy.fixed-delay.delay: 8s
"""
"""Template of Flink's `config.yaml`."""

# The packages that Flink's own configuration opens for Java 17.
_OPENED = (
  *("java.lang", "java.lang.reflect", "java.io", "java.net", "java.nio", "sun.nio.ch"),
  *("java.text", "java.time", "java.util", "java.util.concurrent"),
  *("java.util.concurrent.atomic", "java.util.concurrent.locks"),
)

JAVA = (
  "java",
  "-XX:+UseSerialGC",
  # Jobs are short and end before optimising compilation would pay off.
  "-XX:TieredStopAtLevel=1",
  "-XX:+ExitOnOutOfMemoryError",
  "-Djava.net.preferIPv4Stack=true",
  "-Dorg.apache.logging.log4j.level=INFO",
  "-Dorg.slf4j.simpleLogger.showDateTime=true",
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
  "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
  *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
)
"""Command that starts a JVM; append the class path and the main class."""
JOB_MANAGER_HEAP = "-Xmx768m"
JOB_SERVER_HEAP = "-Xmx512m"
# The heap for the framework and the tasks, as configured above.
TASK_MANAGER_HEAP = ("-Xmx896m", "-XX:MaxMetaspaceSize=512m")
