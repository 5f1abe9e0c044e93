package compile_test

// Each case is the rest of a pipeline, from line 3 on, and the findings.
var findings = []struct{ name, yaml, want string }{
	{"unknown connection", `
source: {read: shp.orders}
sink: {write: desk.anything}`, `
3:16 error unknown-connection: unknown connection "shp" (did you mean "shop"?)`},
	{"unknown stream", `
source: {read: shop.order}
sink: {write: desk.anything}`, `
3:21 error unknown-stream: shop has no stream "order" (did you mean "orders"?)`},
	{"unknown operation", `
source: {read: shop.orders}
sink: {write: desk.order}`, `
4:20 error unknown-operation: desk has no operation "order" (did you mean "orders"?)`},
	{"a stream without its connection", `
source: {read: orders}
sink: {write: desk.anything}`, `
3:16 error bad-value: "orders" is not connection.stream (put one of the connections and a point before it: shop and desk)`},
	{"no source", `
sink: {write: desk.anything}`, `
1:1 error missing-field: the field "source" is missing (Where the records come from)`},
	{"no sink", `
source: {read: shop.orders}`, `
1:11 error missing-field: the pipeline has no sink (add sink: with write: connection.operation)`},
	{"then without a sink", `
source: {read: shop.orders}
then: [{write: desk.anything}]`, `
1:11 error missing-field: the pipeline has no sink (add sink: with write: connection.operation)
4:8 error conflict: then follows the pipeline's sink, and there is none (put then: into the sink of the branch)`},
	{"unknown key of the source", `
source: {read: shop.orders, wehre: {}}
sink: {write: desk.anything}`, `
3:29 error unknown-key: unknown key "wehre" (did you mean "where"?)`},
	{"option out of bounds", `
source: {read: shop.orders, page_size: 0}
sink: {write: desk.anything}`, `
3:40 error out-of-bounds: "page_size" must be at least 1, not "0"`},
	{"option of a stream without options", `
source: {read: shop.events, key: event.id, page_size: 3}
sink: {write: desk.anything}`, `
3:44 error unknown-key: unknown key "page_size" (known here: read, where, since, overlap, as, key, shape)`},
	{"no key", `
source: {read: shop.events}
sink: {write: desk.anything}`, `
3:16 error missing-field: the source needs a key: shop.events does not say what identifies a record (add key: with an expression, such as event.id)`},
	{"key of a wrong type", `
source: {read: shop.orders, key: order.line_items}
sink: {write: desk.anything}`, `
3:34 error expression-type: a key is a text or a number, not list of line_item`},
	{"unknown filter of the vendor", `
source: {read: shop.orders, where: {stat: paid}}
sink: {write: desk.anything}`, `
3:37 error unknown-key: shop.orders cannot be filtered by "stat" (the vendor filters by status and min_total; use a filter step for anything else)`},
	{"enum value of a filter", `
source: {read: shop.orders, where: {status: payd}}
sink: {write: desk.anything}`, `
3:45 error enum-value: "payd" is not one of the values here (did you mean "paid"?)`},
	{"enum value in a list of a filter", `
source: {read: shop.orders, where: {status: [new, payd]}}
sink: {write: desk.anything}`, `
3:51 error enum-value: "payd" is not one of the values here (did you mean "paid"?)`},
	{"type of a filter", `
source: {read: shop.orders, where: {min_total: much}}
sink: {write: desk.anything}`, `
3:48 error wrong-type: "much" is not a decimal (write it in digits, with a point before the decimals)`},
	{"a filter sees no record", `
source: {read: shop.orders, where: {min_total: "${ order.grand_total }"}}
sink: {write: desk.anything}`, `
3:52 error unknown-variable: unknown variable "order" (the names here are run, settings)`},
	{"since of a wrong type", `
source: {read: shop.orders, since: yesterday}
sink: {write: desk.anything}`, `
3:36 error wrong-type: "yesterday" is not a time (write it as 2026-01-31 or 2026-01-31T08:00:00Z)`},
	{"since where there is none", `
source: {read: desk.inventory_items, since: 2026-01-01, overlap: 10m}
sink: {write: desk.anything}`, `
3:9 error conflict: desk.inventory_items has no cursor to stay behind of (remove overlap)
3:45 error conflict: desk.inventory_items cannot be read from a time on (use a filter step)`},
	{"bad duration", `
source: {read: shop.orders, overlap: ten}
sink: {write: desk.anything}`, `
3:38 error bad-value: "ten" is not a duration (write it as 90s, 10m, 1h30m, 7d or 2w)`},
	{"shape of a typed stream", `
source: {read: shop.orders, shape: {id: int}}
sink: {write: desk.anything}`, `
3:36 error conflict: the connector says what shape shop.orders has (remove shape)`},
	{"shape that is no object", `
source: {read: shop.events, key: event.id, shape: [int]}
sink: {write: desk.anything}`, `
3:51 error wrong-type: a record is an object, not list of int`},
	{"record's name is taken", `
source: {read: shop.orders, as: settings}
sink: {write: desk.anything}`, `
3:33 error conflict: "settings" is in use already (choose another name)`},
	{"unknown step", `
source: {read: shop.orders}
steps:
  - fliter: order.status == "paid"
sink: {write: desk.anything}`, `
5:5 error unknown-step: unknown step "fliter" (did you mean "filter"?)`},
	{"step without a name", `
source: {read: shop.orders}
steps: [filter]
sink: {write: desk.anything}`, `
4:9 error wrong-type: a step is a mapping that begins with its name, not a text (write filter:)`},
	{"two steps in one", `
source: {read: shop.orders}
steps:
  - filter: order.status == "paid"
    limit: 3
sink: {write: desk.anything}`, `
6:5 error conflict: a second step, "limit", in the same element of the list (begin it with a dash of its own)`},
	{"keys beside instead of within", `
source: {read: shop.orders}
steps:
  - filter: {where: order.status == "paid"}
    reason: no
sink: {write: desk.anything}`, `
6:5 error unknown-key: unknown key "reason" beside filter (indent it, so that it stands within filter)`},
	{"batch as a step", `
source: {read: shop.orders}
steps:
  - batch: 10
sink: {write: desk.anything}`, `
5:5 error unknown-step: unknown step "batch" (batch belongs to a sink)`},
	{"steps of nothing", `
source: {read: shop.orders}
steps:
  - map:
  - let:
  - lookup:
  - filter:
  - limit:
  - split:
  - route:
  - check: {}
sink: {write: desk.anything}`, `
5:5 error missing-field: "map" has no value (What the result is made of: names with a value, an object or a list each)
6:5 error missing-field: "let" has no value (Names and their values)
7:5 error missing-field: "lookup" has no value (The name by which rules see the rows: name[key] is the row with the key, null if there is none)
7:5 error missing-field: the field "by" is missing (The member of a row that is its key)
7:5 error missing-field: the field "keys" is missing (A rule for the keys that a record needs: one, or a list of them)
7:5 error missing-field: the field "read" is missing (The connection and the stream, such as desk.inventory_items)
8:5 error missing-field: "filter" has no value (The rule that a record must meet to go on)
9:5 error missing-field: "limit" has no value (How many records of a run go on)
10:5 error missing-field: "split" has no value (A list and a name for its elements, such as order.shipments as shipment)
10:5 error missing-field: the field "key" is missing (A rule for what tells the parts of a record apart)
11:11 error missing-field: the field "branches" is missing (The ways that records can take)
12:12 error missing-field: the field "that" is missing (The rule that every record must meet)`},
	{"lookup as a mapping", `
source: {read: shop.orders}
steps:
  - lookup: {read: desk.inventory_items}
sink: {write: desk.anything}`, `
5:5 error missing-field: the field "by" is missing (The member of a row that is its key)
5:5 error missing-field: the field "keys" is missing (A rule for the keys that a record needs: one, or a list of them)
5:5 error missing-field: the field "read" is missing (The connection and the stream, such as desk.inventory_items)
5:13 error wrong-type: "lookup" must be a text, not a mapping`},
	{"misspelt option", `
source: {read: shop.orders, pagesize: 3}
sink: {write: desk.anything}`, `
3:29 error unknown-key: unknown key "pagesize" (did you mean "page_size"?)`},
	{"unknown key of a step", `
source: {read: shop.orders}
steps:
  - filter: {wehre: order.status == "paid"}
sink: {write: desk.anything}`, `
5:14 error unknown-key: unknown key "wehre" (did you mean "where"?)`},
	{"unknown member", `
source: {read: shop.orders}
steps:
  - filter: order.state == "paid"
sink: {write: desk.anything}`, `
5:19 error unknown-member: unknown member "state" of order (did you mean "status"?)`},
	{"enum value in a rule", `
source: {read: shop.orders}
steps:
  - filter: order.status == "payd"
sink: {write: desk.anything}`, `
5:29 error enum-value: "payd" is not a value of the enum (did you mean "paid"?)`},
	{"not a bool", `
source: {read: shop.orders}
steps:
  - filter: order.order_id
sink: {write: desk.anything}`, `
5:13 error expression-type: order.order_id is an int, and a bool is wanted here (a condition compares: write order.order_id == … or order.order_id != nil)`},
	{"unneeded braces", `
source: {read: shop.orders}
steps:
  - filter: ${ order.status == "paid" }
sink: {write: desk.anything}`, `
5:13 warning bad-value: ${ … } is not needed here: this field is always an expression (write order.status == "paid")`},
	{"a rule cut by a comment", `
source: {read: shop.orders}
steps:
  - filter: order.status in [ #paid
sink: {write: desk.anything}`, `
5:31 error cut-comment: YAML takes what follows " #" for a comment, so the expression ends before it (put the whole value in quotes)`},
	{"a rule that is always true", `
source: {read: shop.orders}
steps:
  - filter: 1 == 1
sink: {write: desk.anything}`, `
5:13 warning unreachable: the rule is always true (remove the step, or say what records must meet)`},
	{"a rule that is always false", `
source: {read: shop.orders}
steps:
  - filter: "false"
sink: {write: desk.anything}`, `
5:14 warning unreachable: the rule is always false (no record gets past this step)`},
	{"name taken", `
source: {read: shop.orders}
steps:
  - let: {order: 1}
sink: {write: desk.anything}`, `
5:11 error conflict: "order" is in use already (choose another name)`},
	{"name that is no name", `
source: {read: shop.orders}
steps:
  - let: {2x: 1, in: 2}
sink: {write: desk.anything}`, `
5:11 error bad-value: "2x" is not a name that rules can use (use letters, digits and _, beginning with a letter)
5:18 error bad-value: "in" is not a name that rules can use (it is a word of the expression language; choose another name)`},
	{"no report for what a broken let breaks", `
source: {read: shop.orders}
steps:
  - let: {x: "${ ordr }"}
  - filter: x > 1
sink: {write: desk.anything}`, `
5:18 error unknown-variable: unknown variable "ordr" (did you mean "order"?)`},
	{"expression within a text", `
source: {read: shop.orders}
steps:
  - let: {x: "no ${ order.note }"}
sink: {write: desk.anything}`, `
5:18 error bad-value: an expression in ${ … } stands alone in its value (use {{ … }} inside a text)`},
	{"out twice", `
source: {read: shop.orders}
steps:
  - map: {a: 1}
  - map: {b: 1}
sink: {write: desk.anything}`, `
6:5 error conflict: "out" is in use already (choose another name)`},
	{"missing member of the target", `
source: {read: shop.orders}
steps:
  - map: {email: a}
sink: {write: desk.orders}`, `
5:10 error missing-member: out_order needs "source_id"`},
	{"misspelt member of the target", `
source: {read: shop.orders}
steps:
  - map: {source_ids: a}
sink: {write: desk.orders}`, `
5:11 error unknown-target-member: out_order has no member "source_ids" (did you mean "source_id"?)`},
	{"literals of the target", `
source: {read: shop.orders}
steps:
  - map: {source_id: 0012, folder: Nwe, total: much, count: 1.5}
sink: {write: desk.orders}`, `
5:36 error enum-value: "Nwe" is not one of the values here (did you mean "New"?)
5:48 error wrong-type: "much" is not a decimal (write it in digits, with a point before the decimals)
5:61 error wrong-type: "1.5" is not an int`},
	{"types of the target", `
source: {read: shop.orders}
steps:
  - map:
      source_id: ${ order.order_id }
      total: ${ order.order_id }
      count: ${ order.grand_total }
      placed: ${ order.placed }
      email: ${ order.tags ?? [] }
      order_items: ${ order.line_items }
sink: {write: desk.orders}`, `
8:14 error target-type: a decimal stands where an int is taken (convert it with int(…))
9:15 error target-type: a time stands where a text is taken (convert it with format_time(…))
10:14 error target-type: a list of unknown stands where a text is taken
11:20 error unknown-target-member: an element: line_item has a member "sku", which out_item does not take`},
	{"enum of the target", `
source: {read: shop.orders}
steps:
  - map: {source_id: a, folder: "${ order.status }"}
sink: {write: desk.orders}`, `
5:33 error enum-value: the value may be "new", "paid" or "shipped", which is not taken here (the values taken are New, Done; a table can translate)`},
	{"null for a required member", `
source: {read: shop.orders}
steps:
  - map: {source_id: "${ order.note }", email: "${ order.note }"}
sink: {write: desk.orders}`, `
5:22 error target-type: a text, which may be null, stands where a text is taken (say what to take instead, with ?? in an expression)`},
	{"null literal for a required member", `
source: {read: shop.orders}
steps:
  - map: {source_id: null, email: null}
sink: {write: desk.orders}`, `
5:22 error target-type: null stands where a text is taken`},
	{"members within", `
source: {read: shop.orders}
steps:
  - map:
      source_id: a
      shipping: {nam: x}
      order_items:
        each: order.line_items as line
        map: {code: "${ line.sku }", qty: "${ line.quantity }"}
sink: {write: desk.orders}`, `
7:18 error unknown-target-member: shipping has no member "nam" (did you mean "name"?)
10:38 error unknown-target-member: out_item has no member "qty" (it takes code, quantity, price)`},
	{"a required member that may be left out", `
source: {read: shop.orders}
steps:
  - map: {source_id: {when: order.note != nil, map: x}}
sink: {write: desk.orders}`, `
5:11 error missing-member: "source_id" is required, and is left out when its rule does not hold`},
	{"an object where a text is taken", `
source: {read: shop.orders}
steps:
  - map: {source_id: {a: b}}
sink: {write: desk.orders}`, `
5:22 error target-type: an object stands where a text is taken`},
	{"a template where a number is taken", `
source: {read: shop.orders}
steps:
  - map: {source_id: a, total: "{{ order.grand_total }}"}
sink: {write: desk.orders}`, `
5:32 error target-type: a text stands where a decimal is taken (a template gives text; write ${ order.grand_total })`},
	{"each of what is no list", `
source: {read: shop.orders}
steps:
  - map: {a: {each: order.note as n, map: x}}
sink: {write: desk.anything}`, `
5:21 error expression-type: each needs a list, and this is a text or null`},
	{"each of a list that may be null", `
source: {read: shop.orders}
steps:
  - map: {a: {each: order.tags as tag, map: "${ tag }"}}
sink: {write: desk.anything}`, `
5:21 error null-member: the list may be null (write order.tags ?? [])`},
	{"each without a name", `
source: {read: shop.orders}
steps:
  - map: {a: {each: order.line_items, map: x}}
sink: {write: desk.anything}`, `
5:21 error expression-syntax: each needs a list and a name for its elements (write it as order.lines as line)`},
	{"each with an unknown key", `
source: {read: shop.orders}
steps:
  - map: {a: {each: order.line_items as i, whre: true}}
sink: {write: desk.anything}`, `
5:14 error missing-field: missing "map" beside each
5:44 error unknown-key: unknown key "whre" beside each (did you mean "where"?)`},
	{"each whose name is taken", `
source: {read: shop.orders}
steps:
  - map: {a: {each: order.line_items as order, map: x}}
sink: {write: desk.anything}`, `
5:41 error conflict: "order" is in use already (choose another name)`},
	{"the record where another shape is taken", `
source: {read: shop.orders}
sink: {write: desk.orders}`, `
4:15 error unknown-target-member: order cannot be written as it is: order has a member "order_id", which out_order does not take (make what desk.orders takes with a map step)`},
	{"unknown result", `
source: {read: shop.orders}
steps:
  - map: {a: 1}
    as: first
sink: {write: desk.anything, as: frist}`, `
7:34 error unknown-variable: there is no mapped result "frist" (did you mean "first"?)`},
	{"mode", `
source: {read: shop.orders}
sink: {write: desk.stock, mode: create, map: {code: a, location: b, stock: 1}}`, `
4:33 error bad-value: stock has no mode "create" (it offers upsert)`},
	{"batch too large", `
source: {read: shop.orders}
sink: {write: desk.orders, batch: 50, map: {source_id: a}}`, `
4:35 error out-of-bounds: orders takes at most 10 records in a call, not 50`},
	{"batch all of a few", `
source: {read: shop.orders}
sink: {write: desk.orders, batch: all, map: {source_id: a}}`, `
4:35 error out-of-bounds: orders takes at most 10 records in a call, not all`},
	{"batch of a few of all", `
source: {read: shop.orders}
sink: {write: desk.stock, batch: 5, map: {code: a, location: b, stock: 1}}`, `
4:34 error conflict: stock takes all records in one call (write batch: all)`},
	{"batch that is no number", `
source: {read: shop.orders}
sink: {write: desk.orders, batch: many, map: {source_id: a}}`, `
4:35 error bad-value: batch is a number of records or all, not "many"`},
	{"when of a sink", `
source: {read: shop.orders}
sink: {write: desk.anything, when: order.status == "paid"}`, `
4:36 error conflict: a sink takes every record; only a write under then has a when (leave records out with a filter step)`},
	{"in doubt", `
source: {read: shop.orders}
sink: {write: shop.order_note, map: {order_id: "${ order.order_id }", note: x}}`, `
2:27 warning unused: the connection "desk" is not used (remove it)
4:15 warning in-doubt: a write to shop.order_note whose answer is lost can neither be looked up nor sent again safely (such a record stops as in doubt, and a person decides; the connector's in_doubt would say how to look it up)`},
	{"not in doubt at least once", `
delivery: at_least_once
source: {read: shop.orders}
sink: {write: shop.order_note, map: {order_id: "${ order.order_id }", note: x}}`, `
2:27 warning unused: the connection "desk" is not used (remove it)`},
	{"blanked members", `
source: {read: shop.orders}
sink: {write: desk.orders, mode: update, map: {source_id: a, email: b, total: 1, count: 1}}`, `
4:47 warning missing-member: desk.orders blanks what is left out: folder, placed, shipping, order_items and checkout_data (map them too, or accept that they are emptied)`},
	{"then", `
source: {read: shop.orders}
sink: {write: desk.orders, map: {source_id: a}}
then:
  - write: shop.order_note
    when: settings.leave
    map: {order_id: "${ order.order_id }", note: "${ written.idd }"}`, `
6:12 warning in-doubt: a write to shop.order_note whose answer is lost can neither be looked up nor sent again safely (such a record stops as in doubt, and a person decides; the connector's in_doubt would say how to look it up)
7:20 error unknown-setting: unknown setting "leave" (declare it under settings)
8:62 error unknown-member: unknown member "idd" of written (did you mean "id"?)`},
	{"lookup by an unknown member", `
source: {read: shop.orders}
steps:
  - lookup: stock
    read: desk.inventory_items
    by: cod
    keys: map(order.line_items, .sku)
  - filter: stock["x"] != nil
sink: {write: desk.anything}`, `
7:9 error unknown-member: stock_item has no member "cod" (did you mean "code"?)`},
	{"lookup with keys of another type", `
source: {read: shop.orders}
steps:
  - lookup: stock
    read: desk.inventory_items
    by: code
    keys: map(order.line_items, .quantity)
  - filter: stock["x"] != nil
sink: {write: desk.anything}`, `
8:11 error expression-type: the keys are int, and the rows are looked up by text (convert the keys with text(…) or int(…))`},
	{"a row that may be null", `
source: {read: shop.orders}
steps:
  - lookup: stock
    read: desk.inventory_items
    by: code
    keys: map(order.line_items, .sku)
  - filter: stock["x"].location == "East"
sink: {write: desk.anything}`, `
9:24 warning null-member: stock["x"] may be null, and then it has no member "location" (write stock["x"]?.location)`},
	{"route", `
source: {read: shop.orders}
steps:
  - route:
      branches:
        - name: a
          when: order.grand_total > 5
        - name: b
          when: order.grand_total > 5
        - name: c
          when: "false"
        - name: d
          when: 2 > 1
        - name: e
          when: order.grand_total > 7
      otherwise: {}
sink: {write: desk.anything}`, `
5:5 warning unreachable: no record takes the branch "otherwise": a branch before it takes every record
10:17 warning unreachable: no record takes the branch "b": a branch before it has the same rule
12:18 warning unreachable: no record takes the branch "c": its rule never holds
16:17 warning unreachable: no record takes the branch "e": a branch before it takes every record`},
	{"route with bad branches", `
source: {read: shop.orders}
steps:
  - route:
      branches:
        - name: a
          when: order.total > 5
          steps: [{limit: 0}]
          sink: {write: desk.nothing}
        - name: a
          when: order.grand_total > 5
          sink: {write: desk.anything}
sink: {write: desk.anything}`, `
8:23 error unknown-member: unknown member "total" of order (it has order_id, status, grand_total, note, placed, shipping_address, line_items, tags, metadata)
9:27 error out-of-bounds: "limit" must be at least 1, not "0"
10:30 error unknown-operation: desk has no operation "nothing" (did you mean "anything"?)
11:17 error conflict: another branch or sink is called "a" (give the branch a name of its own)`},
	{"branch without any sink", `
source: {read: shop.orders}
steps:
  - route:
      branches:
        - {name: a, when: order.grand_total > 5, steps: []}`, `
7:18 error missing-field: the branch "a" has no sink, and the pipeline has none either (give the branch or the pipeline a sink)`},
	{"a result that the sink does not see", `
source: {read: shop.orders}
steps:
  - route:
      branches:
        - {name: a, when: order.grand_total > 5, steps: [{map: {a: 1}}]}
sink: {write: desk.anything}`, `
8:15 error unknown-variable: the sink does not see "out", which a branch of a route makes (give the branch a sink of its own, or map after the route)`},
	{"unused", `
settings:
  folder: {type: text, default: New}
  used: {type: text, default: x}
tables:
  t: {a: b}
source: {read: desk.inventory_items}
steps:
  - let: {y: "${ settings.used }"}
sink: {write: desk.anything}`, `
2:15 warning unused: the connection "shop" is not used (remove it)
4:3 warning unused: the setting "folder" is not used (remove it)
7:3 warning unused: the table "t" is not used (remove it)
10:11 warning unused: the name "y" is not used (remove it)`},
	{"table", `
tables:
  t: {paid: "${ settings.x }", new: "${ ordr }", shipped: 2}
  lower: {a: b}
  e: {}
  l: {a: [b]}
source: {read: shop.orders}
steps:
  - filter: t(order.status) == "a"
sink: {write: desk.anything}`, `
4:26 error unknown-setting: unknown setting "x" (declare it under settings)
4:41 error unknown-variable: unknown variable "ordr" (a text is written in quotes: "ordr")
5:3 error conflict: "lower" is a function already (give the table another name)
6:6 error missing-field: the table has no rows
7:10 error wrong-type: a row of a table has a single value, not a list`},
	{"table that is not complete", `
tables:
  t: {paid: New, new: New}
source: {read: shop.orders}
steps:
  - filter: t(order.status) == "Nwe"
sink: {write: desk.anything}`, `
7:15 warning table-incomplete: the table t has no default and does not list shipped (a record with one of these fails; add them or a default)
7:32 error enum-value: "Nwe" is not a value of the enum (did you mean "New"?)`},
	{"unknown connector", `
connections: {shop: shopp}
source: {read: shop.orders}
sink: {write: desk.anything}`, `
3:1 error duplicate-key: the key "connections" is given twice (remove one of the two)`},
	{"triggers", `
source: {read: shop.orders}
sink: {write: desk.anything}
triggers:
  - {cron: "0 * * * *", time_zone: America/Nowhere}
  - {}
  - {cron: "* *", webhook: shop.x}
  - {webhook: shop.x, time_zone: UTC, window: 1h}
  - {cron: "0 0 31 2 *"}
expect: [{within: 24h, on: weekdys}, {at_least: 0, within: 1h}]
time_zone: Mars/Base`, `
6:36 error bad-time-zone: unknown time zone "America/Nowhere" (did you mean "America/Nome"?)
7:5 error missing-field: a trigger needs cron or webhook
8:13 error bad-cron: there are 2 fields, and a schedule has 5 (write minute, hour, day, month and weekday, such as "*/15 * * * *")
8:28 error conflict: a trigger is a cron or a webhook, not both (write two triggers)
9:5 error conflict: window and only_after_quiet belong to a cron trigger
9:34 error conflict: only a cron trigger has a time zone
10:13 error bad-cron: this never fires: no such month has so many days
11:28 error bad-value: "weekdys" does not name days (did you mean "weekdays"?)
11:49 error out-of-bounds: "at_least" must be at least 1, not "0"
12:12 error bad-time-zone: unknown time zone "Mars/Base" (names are such as "America/New_York" or "UTC")`},
	{"settings", `
settings: {s: {type: txt}, e: {type: text, enum: []}, 2x: {type: int}}
source: {read: shop.orders}
sink: {write: desk.anything}`, `
3:22 error bad-value: "type" must be "text", "int", "decimal", "bool", "date", "time" or "list", not "txt" (did you mean "text"?)
3:50 error out-of-bounds: "enum" must have at least 1 item
3:55 error bad-value: "2x" cannot name a setting (use letters, digits and _, beginning with a letter)`},
	{"names", `
time_zone: Local
source: {read: shop.orders}
sink: {write: desk.anything}`, `
3:12 error bad-time-zone: time zone "Local" is another on every machine (name one, such as "America/New_York")`},
}
