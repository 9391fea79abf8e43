-- Requests from a file, one a line: a path for GET, the body in hex for POST. Every connection goes round them.
local requests = {}
local at = 0

function init(args)
  local method = args[2]
  for line in io.lines(args[1]) do
    if method == "GET" then
      requests[#requests + 1] = wrk.format("GET", line)
    else
      local body = line:gsub("%x%x", function(octet) return string.char(tonumber(octet, 16)) end)
      requests[#requests + 1] = wrk.format("POST", "/ocsp", { ["Content-Type"] = "application/ocsp-request" }, body)
    end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- One line for the program that started this one: counts, microseconds and bytes.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %d %d %d %d\n",
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99)))
end
