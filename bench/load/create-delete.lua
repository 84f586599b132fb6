-- Repeats a create and the delete of the created session, on one connection per thread. wrk counts each pair as two requests.
dofile("bench/load/latency.lua")
local id = nil
local body = '{"user":"bench"}'
local headers = { ["Content-Type"] = "application/json" }

function request()
  if id then return wrk.format("DELETE", "/sessions/" .. id) end
  return wrk.format("POST", "/sessions", headers, body)
end

function response(status, _, text)
  if id then id = nil else id = string.match(text, '"id":"([^"]+)"') end
end
