-- Prints what wrk has measured as one line of JSON. wrk's own output has no 99.9th percentile.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"p999":%d,"broken":%d,"refused":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
