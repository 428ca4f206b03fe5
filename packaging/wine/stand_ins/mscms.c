/* mscms.dll in place of Wine's, which lacks what Qt asks of it for each screen: Qt would then find no screen at all.
   Every question about colour profiles is answered with "there is none". */

#define NONE(name) \
    __declspec(dllexport) int name(void) \
    { \
        return 0; \
    }

NONE(CloseColorProfile)
NONE(ColorProfileGetDisplayDefault)
NONE(ColorProfileGetDisplayList)
NONE(ColorProfileGetDisplayUserScope)
NONE(EnumColorProfilesA)
NONE(EnumColorProfilesW)
NONE(GetColorDirectoryA)
NONE(GetColorDirectoryW)
NONE(GetColorProfileFromHandle)
NONE(GetStandardColorSpaceProfileA)
NONE(GetStandardColorSpaceProfileW)
NONE(InstallColorProfileA)
NONE(InstallColorProfileW)
NONE(OpenColorProfileA)
NONE(OpenColorProfileW)
NONE(UninstallColorProfileA)
NONE(UninstallColorProfileW)
NONE(WcsCreateIccProfile)
NONE(WcsGetDefaultColorProfile)
NONE(WcsGetDefaultColorProfileSize)
NONE(WcsGetUsePerUserProfiles)
NONE(WcsOpenColorProfileA)
NONE(WcsOpenColorProfileW)
