/** Names that a page must show as text. Losant accepts 255 characters. */
export const HOSTILE_NAMES = [
  "<img src=x onerror=alert(1)>",
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  "</table></main><h1>Gone</h1>",
  "</style><style>*{display:none}</style>",
  '<button>Rotate</button><cwdb-action action="call" endpoint="arn:aws:lambda:us-east-1:1:function:x">{}</cwdb-action>',
  '</cwdb-action><a class="btn">x</a><cwdb-action display="popup">y',
  '{"dryRun": false, "tokens": ["*"]}',
  "&lt;b&gt;&#x3c;script&#x3e;",
  "[link](javascript:alert(1)) ![image](http://elsewhere.example/x.png) `code`",
  "\u202Egnp.exe\u2066",
  "line\r\nbreak\u0000\u001b[31m\u009b",
  "工".repeat(255),
  "W".repeat(255),
  "👩‍🏭".repeat(51),
] as const;
