-- What building and reloading the session share: export, and reading the plugin's parameters.
-- Runs inside `ardour7-lua`, whose globals it uses.

local common = {}

-- The preset in `float_wav.preset`.
local FLOAT_WAV = "5feed5ee-0000-4000-8000-0000000000f0"

-- Writes what leaves the master bus from the start for so many frames to `folder/name.wav`.
function common.export (folder, name, frames)
	local export = Session:simple_export ()
	assert (export:set_preset (FLOAT_WAV), "the float WAV preset is not in Ardour's config folder")
	export:set_folder (folder)
	export:set_name (name)
	export:set_range (0, frames)
	assert (export:check_outputs (), "the master bus cannot be exported")
	assert (export:run_export (), "the export failed")
	-- The session cannot be closed while the exporter lives.
	export = nil
	collectgarbage ()
end

-- The plugin's parameters by name: index, lower and upper end.
function common.parameters (plugin)
	local found = {}
	for index = 0, plugin:parameter_count () - 1 do
		local _, descriptor = plugin:get_parameter_descriptor (index, ARDOUR.ParameterDescriptor ())
		local range = descriptor[2]
		found[range.label] = { index = index, lower = range.lower, upper = range.upper }
	end
	return found
end

-- What Ardour calls a VST3's normalised value 0..1 of a parameter, and back.
function common.from_normalised (parameter, value)
	return parameter.lower + value * (parameter.upper - parameter.lower)
end
function common.to_normalised (parameter, value)
	return (value - parameter.lower) / (parameter.upper - parameter.lower)
end

-- Writes every parameter's name and normalised value, one a line, for the test to compare.
function common.write_parameters (processor, path)
	local file = assert (io.open (path, "w"))
	for name, parameter in pairs (common.parameters (processor:to_insert ():plugin (0))) do
		local value, known = ARDOUR.LuaAPI.get_processor_param (processor, parameter.index)
		assert (known, name .. " cannot be read")
		file:write (string.format ("%s\t%d\t%.9f\n", name, parameter.index, common.to_normalised (parameter, value)))
	end
	file:close ()
end

return common
