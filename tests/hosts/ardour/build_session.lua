-- Builds a session as an engineer would: sixteen source tracks into the plugin's sixteen inputs, its
-- sixteen outputs into return busses, insert chains, a send automated; saves it. `play_session.lua` exports it.
-- Run by `ardour7-lua`; reads the scenario the test wrote and the folders from the environment.
--
-- It exports nothing itself, so that whatever is heard has been saved and loaded.

package.path = os.getenv ("SWITCHYARD_SCRIPTS") .. "/?.lua;" .. package.path
local common = require ("common")
local scenario = dofile (os.getenv ("SWITCHYARD_SCENARIO"))
local folder = os.getenv ("SWITCHYARD_FOLDER")

local AUDIO = ARDOUR.DataType ("audio")
local PORTS = 16
local LAST = ARDOUR.PresentationInfo.max_order
local BUS = ARDOUR.PresentationInfo.Flag.AudioBus

-- Ardour connects new routes to the master from a background thread; what is rewired before it is
-- done is wired back.
local function wait_for_auto_connection () sleep (2) end

local function connect (output, input)
	assert (output:connect (input:name ()) == 0, "no connection to " .. input:name ())
end

AudioEngine:set_backend ("None (Dummy)", "", "")
assert (create_session (folder .. "/session", "switchyard", scenario.rate), "no session")

-- The wide bus that hosts the plugin, with channel n on the plugin's channel n both ways.
local desk = Session:new_audio_route (2 * PORTS, 2 * PORTS, nil, 1, "Switchyard", BUS, LAST):front ()
local id
for plugin in ARDOUR.LuaAPI.list_plugins ():iter () do
	if plugin.name == "Switchyard" and plugin.type == ARDOUR.PluginType.VST3 then id = plugin.unique_id end
end
assert (id, "Ardour does not list the plugin")
local processor = ARDOUR.LuaAPI.new_plugin (Session, id, ARDOUR.PluginType.VST3, "")
assert (not processor:isnil (), "Ardour cannot make the plugin")
assert (desk:add_processor_by_index (processor, 0, nil, true) == 0, "the plugin does not fit the bus")
local insert = processor:to_insert ()
local all_channels = ARDOUR.ChanCount (AUDIO, 2 * PORTS)
assert (desk:customize_plugin_insert (processor, 1, all_channels, all_channels), "not 32 in and 32 out")
local straight = ARDOUR.ChanMapping ()
for channel = 0, 2 * PORTS - 1 do straight:set (AUDIO, channel, channel) end
insert:set_input_map (0, straight)
insert:set_output_map (0, straight)
desk:panner_shell ():set_bypassed (true)

local tracks, returns = {}, {}
for port = 1, PORTS do
	local track = Session:new_audio_track (
		2, 2, nil, 1, "Source " .. port, LAST, ARDOUR.TrackMode.Normal, true):front ()
	local source = ARDOUR.LuaAPI.new_luaproc (Session, "Switchyard Steady Source")
	assert (not source:isnil (), "steady_source.lua is not in Ardour's scripts folder")
	track:add_processor_by_index (source, 0, nil, true)
	for side = 1, 2 do
		ARDOUR.LuaAPI.set_processor_param (source, side - 1, scenario.sources[port][side])
	end
	track:panner_shell ():set_bypassed (true)
	tracks[port] = track
	returns[port] = Session:new_audio_route (2, 2, nil, 1, "Return " .. port, BUS, LAST):front ()
	returns[port]:panner_shell ():set_bypassed (true)
end
wait_for_auto_connection ()

-- The master is as wide as all returns together, so one export holds them all.
local master = Session:master_out ()
for _ = 3, 2 * PORTS do
	master:input ():add_port ("", nil, AUDIO)
	master:output ():add_port ("", nil, AUDIO)
end
master:panner_shell ():set_bypassed (true)

for _, io in ipairs ({ desk:input (), desk:output (), master:input () }) do io:disconnect_all (nil) end
for port = 1, PORTS do
	local track, back = tracks[port], returns[port]
	for _, io in ipairs ({ track:output (), back:input (), back:output () }) do io:disconnect_all (nil) end
	for side = 0, 1 do
		local channel = 2 * (port - 1) + side
		connect (track:output ():audio (side), desk:input ():audio (channel))
		connect (desk:output ():audio (channel), back:input ():audio (side))
		connect (back:output ():audio (side), master:input ():audio (channel))
	end
end

-- Insert chains are no parameters; they come with a preset. Loading one sets every parameter, so the
-- others come after it.
local preset = insert:plugin (0):preset_by_label (scenario.preset)
assert (preset and preset.valid, "Ardour does not find the preset " .. scenario.preset)
assert (insert:plugin (0):load_preset (preset), "the preset is refused")
sleep (1)

-- Parameters that no host may automate are none to Ardour.
local parameters = common.parameters (insert:plugin (0))
for name, value in pairs (scenario.parameters) do
	local parameter = assert (parameters[name], "Ardour does not know " .. name)
	assert (ARDOUR.LuaAPI.set_processor_param (
		processor, parameter.index, common.from_normalised (parameter, value)), name .. " was refused")
end

local automation = scenario.automation
local parameter = assert (parameters[automation.parameter])
local _, lane = ARDOUR.LuaAPI.plugin_automation (processor, parameter.index)
for _, point in ipairs (automation.points) do
	lane:add (Temporal.timepos_t (point[1]), common.from_normalised (parameter, point[2]), false, true)
end
insert:to_automatable ():automation_control (
	Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, parameter.index), false
):set_automation_state (ARDOUR.AutoState.Play)

-- Parameters reach a VST3 with the next blocks; its state holds them only then.
sleep (2)
common.write_parameters (processor, folder .. "/built.parameters")
assert (Session:save_state ("") == 0, "the session is not saved")
Session:close ()
quit ()
